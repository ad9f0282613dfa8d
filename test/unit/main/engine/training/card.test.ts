import { describe, expect, it } from 'vitest'
import { modelCard } from '../../../../../src/main/engine/training/card'
import { tinyArchitecture } from '../../../../fixtures/tiny-network'
import { manifestHead, twoVariants } from '../../../../fixtures/tiny-model'

describe('modelCard', () => {
  it('says of an ANN what it is, how it scored and where it comes from', () => {
    const card = modelCard(
      manifestHead(tinyArchitecture(), null, {
        id: 'ann',
        name: 'U-Net (ANN)',
        provenance: { settings: { epochs: 60, seed: 3 } },
        scores: { validation: { anterior: 0.9012, posterior: 0.88, whole: 0.915 } }
      })
    )
    expect(card).toMatch(/^# U-Net \(ANN\)\n/)
    expect(card).toContain('`ann`: stage 1 of three')
    expect(card).toContain('| validation | 0.9012 | 0.8800 | 0.9150 |')
    expect(card).toContain('"epochs": 60')
    expect(card).toContain('CC-BY-SA-4.0')
    expect(card).toContain('Research use only')
    expect(card).not.toContain('Spikes:')
    expect(card).not.toContain('event runtime')
  })

  it('says of an SNN how it spikes and for which timesteps', () => {
    const { head } = twoVariants()
    const card = modelCard({
      ...head,
      scores: {
        'validation (T=4)': { anterior: 0.9, posterior: 0.8, whole: 0.95 },
        'validation (T=2)': { anterior: 0.7, posterior: 0.6, whole: 0.75 }
      }
    })
    expect(card).toContain('stage 3 of three')
    expect(card).toContain('Spikes: binary; tuned for T = 4, 2 (default 4)')
    expect(card).toContain('| validation (T=4) | 0.9000 | 0.8000 | 0.9500 |')
    expect(card).toContain('| validation (T=2) | 0.7000 | 0.6000 | 0.7500 |')
    expect(card).toContain(`evaluate --data DIR --model ${head.id} --precision int16`)
  })

  it('leaves out scores that were not measured', () => {
    const card = modelCard(manifestHead(tinyArchitecture(), null, { scores: { validation: null } }))
    expect(card).not.toContain('null')
    expect(card).not.toContain('| validation |')
  })
})
