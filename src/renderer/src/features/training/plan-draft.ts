import type { ModelSummary } from '../../../../shared/api/about'
import type { SpikeMode } from '../../../../shared/model'
import { runtimeSchema } from '../../../../shared/runtime'
import type { TrainingPlan } from '../../../../shared/training'
import { PRESETS, type PresetId } from './presets'

/** What a person has chosen of a run; null leaves a setting to the preset. */
export interface PlanDraft {
  kind: TrainingPlan['kind']
  preset: PresetId
  /** Spiking model to go on from; null for the workspace's default. */
  model: string | null
  timesteps: number | null
  /** Of the whole scheme. */
  mode: SpikeMode
  /** Of the whole scheme: from the program's own ordinary network, or from nothing. */
  fromScratch: boolean
  epochs: number | null
  learningRate: number | null
  /** The same of the ordinary network, in the whole scheme. */
  annEpochs: number | null
  annLearningRate: number | null
  loss: string | null
  surrogate: string | null
  augmentation: boolean | null
  runtime: string | null
}

export const NEW_DRAFT: PlanDraft = {
  kind: 'fine-tune',
  preset: 'standard',
  model: null,
  timesteps: null,
  mode: 'binary',
  fromScratch: false,
  epochs: null,
  learningRate: null,
  annEpochs: null,
  annLearningRate: null,
  loss: null,
  surrogate: null,
  augmentation: null,
  runtime: null
}

/** Of the whole scheme, where none is chosen: what the models that ship have. */
const SCHEME_TIMESTEPS = 4

/** The spiking models that fine-tuning can go on from. */
export function startModels(models: readonly ModelSummary[]): ModelSummary[] {
  return models.filter(({ spiking }) => spiking !== null)
}

/** The model that fine-tuning goes on from: the chosen one, else the default, else the first that spikes. */
export function startModel(
  draft: Pick<PlanDraft, 'model'>,
  models: readonly ModelSummary[],
  standard: string | null
): ModelSummary | null {
  const fit = startModels(models)
  const wishes = [draft.model, standard]
  for (const wish of wishes) {
    const found = fit.find(({ id }) => id === wish)
    if (found !== undefined) return found
  }
  return fit[0] ?? null
}

/** The ordinary network that comes with the program, which the whole scheme goes on from. */
export function startAnn(models: readonly ModelSummary[]): ModelSummary | null {
  const fit = models.filter(({ stage }) => stage === 'ann')
  return fit.find(({ origin }) => origin === 'shipped') ?? fit[0] ?? null
}

/**
 * The plan of a draft.
 *
 * @param standard the workspace's default model; null where it is not known yet
 * @returns null where there is no model to go on from
 */
export function planOf(
  draft: PlanDraft,
  models: readonly ModelSummary[],
  standard: string | null
): TrainingPlan | null {
  const preset = PRESETS[draft.preset]
  const runtime = runtimeSchema.nullable().parse(draft.runtime)
  const shared = {
    ...given('loss', draft.loss),
    ...given('augmentation', draft.augmentation)
  }
  const spiking = {
    ...given('epochs', draft.epochs),
    ...given('learningRate', draft.learningRate),
    ...given('surrogate', draft.surrogate),
    ...shared
  }
  if (draft.kind === 'fine-tune') {
    const model = startModel(draft, models, standard)
    if (model === null) return null
    return {
      kind: 'fine-tune',
      model: model.id,
      timesteps: draft.timesteps,
      finetune: { ...preset.finetune, ...spiking },
      runtime
    }
  }
  const ann = draft.fromScratch ? null : startAnn(models)
  return {
    kind: 'scheme',
    model: ann?.id ?? null,
    timesteps: draft.timesteps ?? SCHEME_TIMESTEPS,
    mode: draft.mode,
    scale: preset.scale,
    train: {
      ...preset.train,
      ...given('epochs', draft.annEpochs),
      ...given('learningRate', draft.annLearningRate),
      ...shared
    },
    finetune: { ...preset.schemeFinetune, ...spiking },
    runtime
  }
}

/** Whether a person has changed anything that the preset decides. */
export function isCustom(draft: PlanDraft): boolean {
  const fresh: PlanDraft = { ...NEW_DRAFT, kind: draft.kind, preset: draft.preset }
  const keys = Object.keys(fresh) as (keyof PlanDraft)[]
  return keys.some((key) => draft[key] !== fresh[key])
}

function given<T>(key: string, value: T | null): Record<string, T> {
  return value === null ? {} : { [key]: value }
}
