import { HippospikeError } from '../../../shared/errors'
import { RUNTIMES, runtimeSchema, type Runtime, type RuntimeInfo } from '../../../shared/runtime'
import { cachedOrFirst } from '../doctor'
import { LOADERS } from './loaders'
import { firstLine } from './runtime'

export type { RuntimeInfo }

const VARIABLE = 'HIPPOSPIKE_RUNTIME'

/**
 * Makes TensorFlow.js compute on a runtime in this process: the forced one, else the one that the environment variable
 * HIPPOSPIKE_RUNTIME names, else the best that the doctor's probes found to work.
 *
 * @param forced runtime to load and no other; null for the best one here
 * @throws HippospikeError (usage) where the forced one cannot be had
 */
export async function loadRuntime(forced: Runtime | null): Promise<RuntimeInfo> {
  const wanted = forced ?? runtimeFromEnvironment(process.env[VARIABLE])
  if (wanted !== null) {
    return loadForced(wanted, forced === null ? `${VARIABLE}=${wanted}` : `--runtime ${wanted}`)
  }
  const { chosen, candidates } = await cachedOrFirst()
  const order = loadingOrder(
    chosen,
    candidates.filter((candidate) => candidate.available).map(({ runtime }) => runtime)
  )
  return loadFirst(order)
}

/** The runtime that the variable asks for; null where it is unset or empty. @throws HippospikeError (usage) */
export function runtimeFromEnvironment(value: string | undefined): Runtime | null {
  if (value === undefined || value === '') return null
  const parsed = runtimeSchema.safeParse(value)
  if (parsed.success) return parsed.data
  throw new HippospikeError(
    'usage',
    `${VARIABLE}=${value}: there is no such runtime; use one of ${RUNTIMES.join(', ')}`
  )
}

/** The chosen runtime, then wasm: what worked in its probe may fail later, and wasm is there on every machine. */
export function loadingOrder(chosen: Runtime | null, works: readonly Runtime[]): Runtime[] {
  const others = works.filter((runtime) => runtime === 'native')
  return [...new Set<Runtime>([...(chosen === null ? [] : [chosen]), ...others, 'wasm'])]
}

async function loadForced(runtime: Runtime, source: string): Promise<RuntimeInfo> {
  try {
    return (await LOADERS[runtime].load()).info
  } catch (cause) {
    throw new HippospikeError('usage', `${source}: ${firstLine(cause)}`, { cause })
  }
}

async function loadFirst(order: readonly Runtime[]): Promise<RuntimeInfo> {
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
