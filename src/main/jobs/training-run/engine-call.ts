import type { Progress } from '../../../shared/engine-protocol'
import type { JobCall } from '../engine-client'

/** Asks the engine for something in the name of a run: where it logs to, and how it is stopped, is known. */
export type EngineCall = <Res>(
  call: Pick<JobCall<Res>, 'kind' | 'request' | 'runtime' | 'resultSchema'> & {
    onProgress?: (progress: Progress) => void
  }
) => Promise<Res>
