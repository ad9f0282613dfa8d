import { describe, expect, it } from 'vitest'
import { averagedDice, overallDice, partialDice } from '../../../../src/core/training/partial-dice'

describe('the Dice of what a reference knows', () => {
  it('is of the parts and the whole', () => {
    const dice = partialDice(Uint8Array.of(1, 1, 2, 0), Uint8Array.of(1, 2, 2, 0))
    expect(dice).toEqual({ anterior: 2 / 3, posterior: 2 / 3, whole: 1 })
  })

  it('is of the whole alone where its parts are not known', () => {
    const dice = partialDice(Uint8Array.of(1, 2, 2, 0), Uint8Array.of(3, 3, 0, 0))
    expect(dice).toEqual({ anterior: null, posterior: null, whole: 0.8 })
  })

  it('is averaged over the cases that know it', () => {
    const whole = { anterior: null, posterior: null, whole: 0.5 }
    const parts = { anterior: 0.8, posterior: 0.6, whole: 1 }
    expect(averagedDice([parts, whole])).toEqual({ anterior: 0.8, posterior: 0.6, whole: 0.75 })
    expect(averagedDice([whole])).toEqual(whole)
    expect(overallDice(parts)).toBeCloseTo(0.8, 12)
    expect(overallDice(whole)).toBe(0.5)
  })
})
