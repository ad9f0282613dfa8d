import { describe, expect, it } from 'vitest'
import {
  annSettingsSchema,
  finetuneSettingsSchema,
  parseSettings,
  trainingOptions
} from '../../../../../src/main/engine/training/settings'
import { AUGMENTATION_DEFAULTS } from '../../../../../src/core/training/augmentation'
import {
  PRESET_NAMES,
  SCHEME_PRESETS,
  SITE_PRESETS
} from '../../../../../src/shared/training-presets'
import { failureOf } from '../../../../fixtures/failure'

const refusal = async (settings: unknown): Promise<string> => {
  const error = await failureOf(() => parseSettings(annSettingsSchema, settings))
  expect(error.kind).toBe('usage')
  expect(error.message).not.toContain('\n')
  return error.message
}

describe('the settings of a training', () => {
  it('have a default each', () => {
    const settings = parseSettings(annSettingsSchema, {})
    expect(settings).toMatchObject({
      patch: [40, 56, 40],
      batchSize: 2,
      learningRate: 2e-3,
      channels: [16, 32, 64],
      direct: null,
      augmentation: true,
      seed: 1,
      loss: 'dice+cross-entropy'
    })
    expect(parseSettings(finetuneSettingsSchema, {})).toMatchObject({
      batchSize: 1,
      learningRate: 8e-4,
      timesteps: null,
      distillation: 1,
      thresholdScale: 1,
      surrogate: 'triangle'
    })
  })

  it.each(PRESET_NAMES)('take the preset %s as it is', (name) => {
    const preset = SITE_PRESETS[name].finetune
    expect(parseSettings(finetuneSettingsSchema, preset)).toMatchObject(preset)
    const { train, finetune } = SCHEME_PRESETS[name]
    expect(parseSettings(annSettingsSchema, train)).toMatchObject(train)
    expect(parseSettings(finetuneSettingsSchema, finetune)).toMatchObject(finetune)
  })

  it('keep what is given', () => {
    const given = { epochs: 3, channels: [4, 8], patch: [16, 24, 32], seed: 0, averageDecay: 0 }
    expect(parseSettings(annSettingsSchema, given)).toMatchObject(given)
  })

  it('fill up those of direct training of a spiking network', () => {
    expect(parseSettings(annSettingsSchema, { direct: { timesteps: 2 } }).direct).toEqual({
      timesteps: 2,
      mode: 'binary',
      initialPotential: 0.5,
      surrogate: 'triangle',
      operationsPenalty: 0,
      ratePenalty: 0
    })
  })

  it.each([
    [{ epoch: 3 }, 'epoch'],
    [{ direct: { T: 4 } }, 'direct'],
    [{ epochs: 0 }, 'epochs'],
    [{ epochs: 2.5 }, 'epochs'],
    [{ learningRate: '0.1' }, 'learningRate'],
    [{ patch: [16, 16] }, 'patch'],
    [{ patch: [16, 20, 16] }, 'patch.1'],
    [{ averageDecay: 1 }, 'averageDecay'],
    [{ loss: 'focal' }, 'loss'],
    [{ channels: [] }, 'channels'],
    // Five levels halve the image four times, and images are padded to multiples of 8 = 2³.
    [{ channels: [2, 2, 2, 2, 2] }, 'channels']
  ])('are refused by name: %j', async (settings, name) => {
    expect(await refusal(settings)).toContain(name)
  })

  it('are refused altogether where they are no object', async () => {
    expect(await refusal([1, 2])).toMatch(/^settings: /)
  })
})

describe('trainingOptions', () => {
  it('carry the settings over', () => {
    const settings = parseSettings(finetuneSettingsSchema, {
      epochs: 4,
      weightDecay: 0.5,
      clipNorm: 2,
      thresholdRate: 0.25,
      augmentation: false
    })
    expect(trainingOptions(settings)).toMatchObject({
      epochs: 4,
      batchSize: 1,
      learningRate: 8e-4,
      augmentation: null,
      adamW: { weightDecay: 0.5, clipNorm: 2, thresholdRate: 0.25, beta1: 0.9, beta2: 0.999 }
    })
  })

  it('augment by default, and let thresholds learn as fast as the rest of an ANN’s', () => {
    const options = trainingOptions(parseSettings(annSettingsSchema, {}))
    expect(options.augmentation).toEqual(AUGMENTATION_DEFAULTS)
    expect(options.adamW.thresholdRate).toBe(1)
  })

  it('leave coarse scans out where they are told to', () => {
    const options = trainingOptions(parseSettings(annSettingsSchema, { coarseScans: false }))
    expect(options.augmentation).toEqual({ ...AUGMENTATION_DEFAULTS, coarse: 0 })
  })
})
