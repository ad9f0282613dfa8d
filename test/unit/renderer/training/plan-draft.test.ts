import { describe, expect, it } from 'vitest'
import type { ModelSummary } from '../../../../src/shared/api/about'
import {
  isCustom,
  NEW_DRAFT,
  planOf,
  type PlanDraft
} from '../../../../src/renderer/src/features/training/plan-draft'
import { PRESET_IDS } from '../../../../src/renderer/src/features/training/presets'
import {
  annSettingsSchema,
  finetuneSettingsSchema,
  parseSettings
} from '../../../../src/main/engine/training/settings'
import { SITE_PRESETS } from '../../../../src/shared/training-presets'
import { trainingPlanSchema } from '../../../../src/shared/training'

const model = (id: string, changes: Partial<ModelSummary> = {}): ModelSummary => ({
  id,
  name: id,
  stage: 'fine-tuned',
  diceWhole: 0.9,
  origin: 'shipped',
  spiking: { mode: 'binary', defaultTimesteps: 4, tunedFor: [4] },
  ...changes
})
const MODELS = [
  model('ann', { stage: 'ann', spiking: null }),
  model('snn'),
  model('site', { origin: 'workspace' })
]
const plan = (changes: Partial<PlanDraft> = {}, standard: string | null = 'snn') =>
  planOf({ ...NEW_DRAFT, ...changes }, MODELS, standard)

describe('the plan of a draft', () => {
  it('goes on from the model that is in use, with the standard preset', () => {
    expect(plan({}, 'site')).toEqual({
      kind: 'fine-tune',
      model: 'site',
      timesteps: null,
      finetune: SITE_PRESETS.standard.finetune,
      runtime: null
    })
  })

  it('takes what an expert sets, and leaves the rest to the preset', () => {
    expect(
      plan({
        ...{ model: 'snn', timesteps: 2, epochs: 5, learningRate: 1e-4, loss: 'dice' },
        ...{ surrogate: 'sigmoid', augmentation: false, runtime: 'wasm' }
      })
    ).toMatchObject({
      ...{ model: 'snn', timesteps: 2, runtime: 'wasm' },
      finetune: {
        ...SITE_PRESETS.standard.finetune,
        ...{
          epochs: 5,
          learningRate: 1e-4,
          loss: 'dice',
          surrogate: 'sigmoid',
          augmentation: false
        }
      }
    })
  })

  it('of the whole scheme starts from the program’s ANN, or from nothing', () => {
    expect(plan({ kind: 'scheme', mode: 'ternary', annEpochs: 3 })).toMatchObject({
      ...{ kind: 'scheme', model: 'ann', mode: 'ternary', timesteps: 4 },
      train: { epochs: 3 }
    })
    expect(plan({ kind: 'scheme', fromScratch: true })).toMatchObject({ model: null })
  })

  it.each(
    PRESET_IDS.flatMap((preset) => [[preset, 'fine-tune'] as const, [preset, 'scheme'] as const])
  )('of %s (%s) is one that the host and the stages take', (preset, kind) => {
    const made = trainingPlanSchema.parse(
      plan({ preset, kind, loss: 'dice', surrogate: 'rectangle' })
    )
    parseSettings(finetuneSettingsSchema, made.finetune)
    if (made.kind === 'scheme') parseSettings(annSettingsSchema, made.train)
  })

  it('is none where there is no model to go on from', () => {
    expect(planOf(NEW_DRAFT, [MODELS[0]!], 'ann')).toBeNull()
  })

  it('knows when it is no longer the preset alone', () => {
    expect(isCustom({ ...NEW_DRAFT, kind: 'scheme', preset: 'quick' })).toBe(false)
    expect(isCustom({ ...NEW_DRAFT, epochs: 3 })).toBe(true)
  })
})
