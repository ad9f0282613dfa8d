import {
  cutResultSchema,
  inspectResultSchema,
  type CutRequest,
  type InspectRequest,
  type InspectResult
} from '../../shared/training-set'
import { runJob, type JobCall } from './engine-client'
import type { RunJob } from './segment-case'

/** What the engine does for a training set. */
export interface TrainingSetEngine {
  /** Looks at the voxels of cases. */
  inspect(request: InspectRequest): Promise<InspectResult>
  /** Writes crops. */
  cut(request: CutRequest): Promise<null>
}

/** @param options as of {@link runJob} */
export function trainingSetEngine(
  run: RunJob = runJob,
  options: Pick<JobCall<unknown>, 'signal' | 'onProgress' | 'onOutput'> = {}
): TrainingSetEngine {
  const common = { ...options, runtime: null }
  return {
    inspect: (request) =>
      run({ ...common, kind: 'inspect-cases', request, resultSchema: inspectResultSchema }),
    cut: (request) => run({ ...common, kind: 'cut-cases', request, resultSchema: cutResultSchema })
  }
}
