import { describe, expect, it } from 'vitest'
import { learningRateAt } from '../../../../src/core/training/schedule'

const SCHEDULE = { learningRate: 2, warmUpSteps: 4, totalSteps: 12, finalFraction: 0.1 }

describe('learningRateAt', () => {
  it('rises in equal steps to the full rate', () => {
    const rates = [0, 1, 2, 3, 4].map((step) => learningRateAt(SCHEDULE, step))
    expect(rates).toEqual([0.5, 1, 1.5, 2, 2])
  })

  it('falls along half a cosine to the final fraction', () => {
    // Halfway (step 8 of 4…12): 2·(0.1 + 0.9·½). A quarter: 2·(0.1 + 0.9·½(1+√½)).
    expect(learningRateAt(SCHEDULE, 8)).toBeCloseTo(1.1, 12)
    expect(learningRateAt(SCHEDULE, 6)).toBeCloseTo(0.2 + 0.9 * (1 + Math.SQRT1_2), 12)
    expect(learningRateAt(SCHEDULE, 12)).toBeCloseTo(0.2, 12)
  })

  it('stays at the final fraction after the end', () => {
    expect(learningRateAt(SCHEDULE, 100)).toBeCloseTo(0.2, 12)
  })

  it('starts at the full rate without a warm-up', () => {
    expect(learningRateAt({ ...SCHEDULE, warmUpSteps: 0 }, 0)).toBe(2)
  })
})
