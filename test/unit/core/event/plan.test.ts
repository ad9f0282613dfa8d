import { describe, expect, it } from 'vitest'
import { planModel, UnsupportedPlan } from '../../../../src/core/event/plan'
import type { Architecture, Model } from '../../../../src/shared/model'
import { randomNet } from '../../../fixtures/event-network'

function withArchitecture(model: Model, change: Partial<Architecture>): Model {
  const architecture = { ...model.manifest.architecture, ...change }
  return { ...model, manifest: { ...model.manifest, architecture } }
}

function refusalOf(model: Model): UnsupportedPlan {
  try {
    planModel(model, null)
  } catch (thrown) {
    if (thrown instanceof UnsupportedPlan) return thrown
    throw thrown
  }
  throw new Error('it was planned')
}

describe('planModel', () => {
  const { model } = randomNet([16, 32], 'binary')

  it('names the first layer whose channels the kernel cannot run', () => {
    const refusal = refusalOf(randomNet([16, 24], 'binary').model)
    expect(refusal.layer).toBe('enc1.conv1')
    expect(refusal.message).toMatch(/24 channels.*multiples of 16/)
  })

  it('names the layer behind max pooling', () => {
    const refusal = refusalOf(withArchitecture(model, { pooling: 'max' }))
    expect(refusal.layer).toBe('enc1.conv1')
    expect(refusal.message).toMatch(/max pooling/)
  })

  it('names a layer whose batch normalisation is not folded', () => {
    expect(refusalOf(withArchitecture(model, { batchNorm: true })).message).toMatch(
      /enc0\.conv1.*batch normalisation/
    )
  })

  it('refuses an ANN', () => {
    const ann = { ...model, manifest: { ...model.manifest, spiking: null } }
    expect(() => planModel(ann, null)).toThrow(/is an ANN/)
  })

  it('takes the timesteps asked for, else the model’s own', () => {
    expect(planModel(model, 7).timesteps).toBe(7)
    expect(planModel(model, null).timesteps).toBe(4)
  })
})
