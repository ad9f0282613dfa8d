import { join } from 'node:path'
import {
  convertRequestSchema,
  finetuneRequestSchema,
  trainRequestSchema,
  type ConvertRequest
} from '../../../shared/jobs'
import type { TrainingPlan } from '../../../shared/training'
import type { RunFiles } from '../../workspace/run-files'

/** One of a run's stages that make a model: what the engine is asked to do. */
export interface StageCall {
  state: 'ann' | 'converting' | 'fine-tuning'
  kind: 'train' | 'convert' | 'finetune'
  /** Folder of the model that it makes. */
  out: string
  request: unknown
}

/** Folders of what a run starts from and comes back to. */
export interface StageSources {
  /** Of the plan's model; null where the plan has none. */
  model: string | null
  /** Data set that is mixed into training, against forgetting; null for none. */
  rehearsal: string | null
}

/** How a run converts: as the models that ship were. */
const CONVERSION: Pick<
  ConvertRequest,
  'method' | 'percentile' | 'granularity' | 'outputScaling' | 'initialPotential'
> = {
  method: 'percentile',
  percentile: 99.9,
  granularity: 'layer',
  outputScaling: true,
  initialPotential: 0.5
}

/**
 * The stages of a plan, in order. The same plan, data and sources give the same requests and so the same weights, whoever asks: the window, or
 * the command line that does a run again.
 */
export function stageCalls(
  plan: TrainingPlan,
  files: Pick<RunFiles, 'data' | 'ann' | 'converted' | 'snn' | 'previews'>,
  sources: StageSources
): StageCall[] {
  const { data, ann, converted, snn } = files
  const previews = (stage: 'ann' | 'fine-tuning'): string => join(files.previews, stage)
  const tuning = (model: string, teacher: string | null): StageCall => ({
    state: 'fine-tuning',
    kind: 'finetune',
    out: snn,
    request: finetuneRequestSchema.parse({
      data,
      out: snn,
      model,
      teacher,
      rehearsal: sources.rehearsal,
      previews: previews('fine-tuning'),
      settings: { ...plan.finetune, timesteps: plan.timesteps }
    })
  })
  // No teacher: the ANN that ships has not seen the site's scans, and is wrong about them where the network has to learn.
  if (plan.kind === 'fine-tune') return [tuning(sources.model ?? '', null)]
  return [
    {
      state: 'ann',
      kind: 'train',
      out: ann,
      request: trainRequestSchema.parse({
        data,
        out: ann,
        model: sources.model,
        rehearsal: sources.rehearsal,
        previews: previews('ann'),
        settings: plan.train
      })
    },
    {
      state: 'converting',
      kind: 'convert',
      out: converted,
      request: convertRequestSchema.parse({
        data,
        out: converted,
        model: ann,
        timesteps: plan.timesteps,
        mode: plan.mode,
        scale: plan.scale,
        ...CONVERSION
      })
    },
    tuning(converted, ann)
  ]
}

/** A plan whose every random draw comes from one seed. */
export function seededPlan(plan: TrainingPlan, seed: number): TrainingPlan {
  const finetune = { ...plan.finetune, seed }
  return plan.kind === 'fine-tune'
    ? { ...plan, finetune }
    : { ...plan, train: { ...plan.train, seed }, finetune }
}
