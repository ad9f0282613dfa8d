import type { Candidate, DoctorReport } from '../../../shared/doctor'
import {
  DENSE_RUNTIMES,
  denseRuntimeSchema,
  RUNTIMES,
  type DenseRuntime,
  type Runtime
} from '../../../shared/runtime'
import { VERSION } from '../../../shared/version'
import { cacheKey } from './cache-key'
import { readCachedReport, writeCachedReport } from './report-cache'
import { probeRuntime, type ProbeOptions } from './run-probe'

export { readCachedReport } from './report-cache'
export { formatReport } from './report'

export interface DoctorOptions extends ProbeOptions {
  /** Told before each probe. */
  onProbe?: (runtime: Runtime) => void
}

/** Probes every runtime anew and caches the report. */
export async function probeAll(options: DoctorOptions = {}): Promise<DoctorReport> {
  return probeWhile(RUNTIMES, () => true, options)
}

/**
 * The cached report, or one made by probing TensorFlow's runtimes, best first, up to the first that would be chosen anyway: the
 * start of a job waits for it.
 */
export async function cachedOrFirst(options: DoctorOptions = {}): Promise<DoctorReport> {
  const cached = await readCachedReport()
  return cached ?? probeWhile(DENSE_RUNTIMES, (found) => chooseHardware(found) === null, options)
}

/** TensorFlow's best runtime that works, a software device last; null where none does. */
export function choose(candidates: readonly Candidate[]): DenseRuntime | null {
  return chooseHardware(candidates) ?? firstDense(candidates.filter((c) => c.available))
}

function chooseHardware(candidates: readonly Candidate[]): DenseRuntime | null {
  return firstDense(candidates.filter((c) => c.available && !c.software))
}

function firstDense(candidates: readonly Candidate[]): DenseRuntime | null {
  for (const { runtime } of candidates) {
    const dense = denseRuntimeSchema.safeParse(runtime)
    if (dense.success) return dense.data
  }
  return null
}

async function probeWhile(
  runtimes: readonly Runtime[],
  goOn: (candidates: readonly Candidate[]) => boolean,
  options: DoctorOptions
): Promise<DoctorReport> {
  const candidates: Candidate[] = []
  // One after the other, so that the measured speeds are not of a shared processor.
  for (const runtime of runtimes) {
    if (options.signal?.aborted || !goOn(candidates)) break
    options.onProbe?.(runtime)
    candidates.push(await probeRuntime(runtime, options))
  }
  const report: DoctorReport = {
    format: 'hippospike-doctor',
    version: 1,
    key: cacheKey(),
    created: new Date().toISOString(),
    application: VERSION,
    node: process.version,
    platform: `${process.platform}-${process.arch}`,
    candidates,
    chosen: choose(candidates)
  }
  // A time limit that was missed on a busy machine would otherwise keep it from a good runtime for ever.
  const lasting = candidates.every((candidate) => candidate.available || !candidate.temporary)
  if (lasting && !options.signal?.aborted) await writeCachedReport(report)
  return report
}
