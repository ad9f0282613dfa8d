import { z } from 'zod'
import { measurementSchema, type Measurement, type MeasureRequest } from '../../../shared/measure'
import type { TrainingPlan } from '../../../shared/training'
import { stepsPerEpoch } from '../../../core/training/sample-plan'
import type { EngineCall } from './engine-call'
import type { Leg } from './progression'
import type { StageSources } from './stages'

/** What the steps of a plan were measured to take here: `pace.json`. */
export const paceSchema = z.strictObject({
  /** Null where the plan trains no ANN. */
  ann: measurementSchema.nullable(),
  snn: measurementSchema
})
export type Pace = z.infer<typeof paceSchema>

/** Hippocampi in each part of a run's data, and how many come with the program. */
export interface SetSizes {
  train: number
  validation: number
  test: number
  rehearsal: number
  reference: number
}

/** An engine starts, loads TensorFlow and reads its cases. */
const START_SECONDS = 6
/** Reading a case, and its scores beside the network's own time. */
const SCORING_SECONDS = 0.4
/** As many cases calibrate at most. */
const CALIBRATION_CASES = 40

/** Measures that were made while the program runs, by what was asked. */
export type KnownMeasures = Map<string, Measurement>

/** Measures a step of each of the plan's stages, unless that was done before. */
export async function measurePace(
  plan: TrainingPlan,
  { model }: StageSources,
  call: EngineCall,
  known: KnownMeasures
): Promise<Pace> {
  const measure = async (request: MeasureRequest): Promise<Measurement> => {
    const key = JSON.stringify([request, plan.runtime])
    const before = known.get(key)
    if (before !== undefined) return before
    const measured = await call({
      kind: 'measure-step',
      request,
      runtime: plan.runtime,
      resultSchema: measurementSchema
    })
    known.set(key, measured)
    return measured
  }
  const { timesteps } = plan
  const mode = plan.kind === 'scheme' ? plan.mode : null
  const channels = plan.kind === 'scheme' ? channelsOf(plan.train) : null
  return {
    ann:
      plan.kind === 'scheme'
        ? await measure({
            stage: 'ann',
            model,
            channels,
            timesteps: null,
            mode: null,
            teacher: null,
            settings: plan.train
          })
        : null,
    snn: await measure({
      stage: 'fine-tuning',
      model,
      channels,
      timesteps,
      mode,
      // As stageCalls asks for it.
      teacher: plan.kind === 'scheme',
      settings: plan.finetune
    })
  }
}

function channelsOf(settings: Record<string, unknown>): number[] | null {
  const parsed = z.array(z.int().positive()).min(1).safeParse(settings['channels'])
  return parsed.success ? parsed.data : null
}

/** What each part of a run should take. */
export function legsOf({ ann, snn }: Pace, sizes: SetSizes): Leg[] {
  const evaluations = (sizes.test > 0 ? 4 : 2) * START_SECONDS
  const scored = 2 * (sizes.test + sizes.reference)
  const evaluating = evaluations + scored * (SCORING_SECONDS + snn.secondsPerCase)
  const tuning: Leg[] = [
    { state: 'fine-tuning', seconds: trainingSeconds(snn, sizes) },
    { state: 'evaluating', seconds: evaluating }
  ]
  if (ann === null) return tuning
  const calibrated = Math.min(CALIBRATION_CASES, sizes.train)
  return [
    { state: 'ann', seconds: trainingSeconds(ann, sizes) },
    {
      state: 'converting',
      seconds:
        START_SECONDS + calibrated * ann.secondsPerCase + sizes.validation * snn.secondsPerCase
    },
    ...tuning
  ]
}

/** Steps of all stages that train. */
export function stepsOf({ ann, snn }: Pace, sizes: SetSizes): number {
  return (ann === null ? 0 : stageSteps(ann, sizes)) + stageSteps(snn, sizes)
}

function trainingSeconds(measured: Measurement, sizes: SetSizes): number {
  const { secondsPerStep, secondsPerCase, epochs, validateEvery } = measured
  const validations = Math.ceil(epochs / validateEvery)
  return (
    START_SECONDS +
    stageSteps(measured, sizes) * secondsPerStep +
    validations * sizes.validation * secondsPerCase
  )
}

function stageSteps({ epochs, sampling }: Measurement, sizes: SetSizes): number {
  const counts = { training: sizes.train, rehearsal: sizes.rehearsal }
  return epochs * stepsPerEpoch({ ...sampling, seed: 0 }, counts)
}
