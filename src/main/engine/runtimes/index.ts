import { HippospikeError } from '../../../shared/errors'
import type { DenseRuntime, Runtime, RuntimeInfo } from '../../../shared/runtime'
import { cachedOrFirst } from '../doctor'
import type { ProbeOptions } from '../doctor/run-probe'
import type { ForcedRuntime } from './forced'
import { LOADERS } from './loaders'
import { firstLine } from './runtime'

/**
 * Makes TensorFlow.js compute on a runtime in this process: the forced one, else the best that the doctor's probes found to
 * work.
 *
 * @param forced runtime to load and no other; null for the best one here
 * @throws HippospikeError (usage) where the forced one cannot be had; (cancelled) after an abort
 */
export async function loadRuntime(
  forced: ForcedRuntime<DenseRuntime> | null,
  signal: AbortSignal,
  probing: Pick<ProbeOptions, 'probePath'> = {}
): Promise<RuntimeInfo> {
  if (forced !== null) return loadForced(forced)
  const { chosen, candidates } = await cachedOrFirst({ ...probing, signal })
  // Probes that were cut short say nothing about what works here.
  if (signal.aborted) throw new HippospikeError('cancelled', 'cancelled')
  const works = candidates.filter((candidate) => candidate.available)
  return loadFirst(
    loadingOrder(
      chosen,
      works.map(({ runtime }) => runtime)
    )
  )
}

/** The chosen runtime, then wasm: what worked in its probe may fail later, and wasm is there on every machine. */
export function loadingOrder(
  chosen: DenseRuntime | null,
  works: readonly Runtime[]
): DenseRuntime[] {
  const native: DenseRuntime[] = works.includes('native') ? ['native'] : []
  return [...new Set<DenseRuntime>([...(chosen === null ? [] : [chosen]), ...native, 'wasm'])]
}

async function loadForced({ runtime, source }: ForcedRuntime<DenseRuntime>): Promise<RuntimeInfo> {
  try {
    return (await LOADERS[runtime].load()).info
  } catch (cause) {
    throw new HippospikeError('usage', `${source}: ${firstLine(cause)}`, { cause })
  }
}

async function loadFirst(order: readonly DenseRuntime[]): Promise<RuntimeInfo> {
  const failures: string[] = []
  for (const runtime of order) {
    try {
      return (await LOADERS[runtime].load()).info
    } catch (cause) {
      failures.push(`${runtime}: ${firstLine(cause)}`)
      console.error(`${runtime} worked when it was probed and fails now: ${firstLine(cause)}`)
    }
  }
  throw new HippospikeError('internal', `no runtime works here (${failures.join('; ')})`)
}
