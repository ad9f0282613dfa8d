import type { DoctorReport } from '../../../shared/doctor'
import type { DoctorOptions } from '../../engine/doctor'
import type { JobCall } from '../../jobs/engine-client'

/** What the command line needs of the world, so that tests can stand in for it. */
export interface CliHost {
  out(text: string): void
  err(text: string): void
  /** Whether stderr is a terminal, where a line can be written over. */
  isTerminal: boolean
  columns: number
  /** Milliseconds of a clock that only goes forward. */
  now(): number
  signal: AbortSignal
  /** Folder of the models that come with the program. */
  modelsDir: string
  /** Folder of the template that heads are registered to. */
  templateDir: string
  /** Folder of the app's built pages. */
  pagesDir: string
  probeAll(options: DoctorOptions): Promise<DoctorReport>
  runJob<Res>(call: JobCall<Res>): Promise<Res>
}
