import type { InferenceOptions } from '../../../shared/jobs'
import { HippospikeError } from '../../../shared/errors'
import type { Model } from '../../../shared/model'
import type { JobContext } from '../jobs/job'
import type { ForcedRuntime } from '../runtimes/forced'
import { timestepsOf, type Predictor } from './predictor'

/**
 * Makes a model ready to infer: a spiking one on the event-driven kernel, unless the user insists on another runtime or the kernel
 * cannot run it; any other on TensorFlow, which is loaded for that alone.
 *
 * @throws HippospikeError (usage) for options that do not go together with the model or the runtime
 */
export async function openPredictor(
  model: Model,
  options: InferenceOptions,
  context: Pick<JobContext, 'forced' | 'denseRuntime'>
): Promise<Predictor> {
  const { forced } = context
  timestepsOf(model, options.timesteps)
  const whyDense = whyNotEvent(model, forced)
  if (whyDense !== null) {
    refuseEventOptions(options, whyDense)
    return openOnTensorFlow(model, options, context)
  }
  const opened = await openOnEvent(model, options, forced)
  if ('predictor' in opened) return opened.predictor
  const dense = await openOnTensorFlow(model, options, context)
  const warning = `${opened.problem}; it runs on ${dense.runtime.runtime} instead`
  return { ...dense, warnings: [warning, ...dense.warnings] }
}

async function openOnTensorFlow(
  model: Model,
  { timesteps }: InferenceOptions,
  { denseRuntime }: Pick<JobContext, 'denseRuntime'>
): Promise<Predictor> {
  const runtime = await denseRuntime()
  const { createDensePredictor } = await import('./dense')
  return createDensePredictor(model, timesteps, runtime)
}

/** Why the kernel is out of the question; null where it is not. @throws HippospikeError (usage) where it is forced all the same */
function whyNotEvent({ manifest }: Model, forced: ForcedRuntime | null): string | null {
  if (manifest.spiking === null) {
    const why = `model ${manifest.id} is an ANN`
    if (forced?.runtime !== 'event') return why
    throw new HippospikeError('usage', `${forced.source}: event infers spiking models only; ${why}`)
  }
  return forced === null || forced.runtime === 'event' ? null : `${forced.source} is another`
}

async function openOnEvent(
  model: Model,
  options: InferenceOptions,
  forced: ForcedRuntime | null
): Promise<{ predictor: Predictor } | { problem: string }> {
  const { UnsupportedPlan } = await import('../../../core/event')
  const { createEventPredictor } = await import('./event')
  try {
    return { predictor: createEventPredictor(model, options) }
  } catch (cause) {
    if (!(cause instanceof UnsupportedPlan)) throw cause
    const problem = `the event runtime cannot run model ${model.manifest.id}: ${cause.message}`
    if (forced !== null) {
      throw new HippospikeError('usage', `${forced.source}: ${problem}`, { cause })
    }
    refuseEventOptions(options, problem)
    return { problem }
  }
}

/** What changes the result must not be dropped in silence. @throws HippospikeError (usage) */
function refuseEventOptions(
  { precision, earlyExit, threads }: InferenceOptions,
  why: string
): void {
  const given = [
    ...(precision === null ? [] : ['--precision']),
    ...(earlyExit === null ? [] : ['--early-exit']),
    ...(threads === null ? [] : ['--threads'])
  ]
  if (given.length === 0) return
  throw new HippospikeError(
    'usage',
    `${given.join(', ')}: only the event runtime knows such an option, and ${why}`
  )
}
