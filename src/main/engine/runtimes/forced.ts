import { HippospikeError } from '../../../shared/errors'
import {
  DENSE_RUNTIMES,
  RUNTIMES,
  runtimeSchema,
  type DenseRuntime,
  type Runtime
} from '../../../shared/runtime'

const VARIABLE = 'HIPPOSPIKE_RUNTIME'

/** A runtime that the user insists on. */
export interface ForcedRuntime<R extends Runtime = Runtime> {
  runtime: R
  /** How the user said it, for messages: `--runtime wasm`. */
  source: string
}

/**
 * The runtime that the user insists on: the one asked for with a job, else the one that the environment variable
 * HIPPOSPIKE_RUNTIME names; null where neither is given.
 *
 * @throws HippospikeError (usage) for a variable that names no runtime
 */
export function forcedRuntime(
  asked: Runtime | null,
  environment: NodeJS.ProcessEnv = process.env
): ForcedRuntime | null {
  if (asked !== null) return { runtime: asked, source: `--runtime ${asked}` }
  const value = environment[VARIABLE]
  if (value === undefined || value === '') return null
  const parsed = runtimeSchema.safeParse(value)
  if (parsed.success) return { runtime: parsed.data, source: `${VARIABLE}=${value}` }
  throw new HippospikeError(
    'usage',
    `${VARIABLE}=${value}: there is no such runtime; use one of ${RUNTIMES.join(', ')}`
  )
}

/**
 * What the user insists on, where TensorFlow is needed.
 *
 * @throws HippospikeError (usage) where it is `event`
 */
export function forcedDense(forced: ForcedRuntime | null): ForcedRuntime<DenseRuntime> | null {
  if (forced === null) return null
  const { runtime, source } = forced
  if (runtime !== 'event') return { runtime, source }
  throw new HippospikeError(
    'usage',
    `${source}: event infers spiking models only; use one of ${DENSE_RUNTIMES.join(', ')} here`
  )
}
