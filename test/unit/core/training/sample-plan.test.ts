import { describe, expect, it } from 'vitest'
import {
  epochSamples,
  stepsPerEpoch,
  type SamplingOptions
} from '../../../../src/core/training/sample-plan'
import { createRandom, derivedSeed, shuffled } from '../../../../src/core/training/random'

const OPTIONS: SamplingOptions = {
  batchSize: 2,
  stepsPerEpoch: null,
  rehearsalShare: 0.5,
  seed: 7
}

function timesEach(indices: number[]): Record<number, number> {
  const times: Record<number, number> = {}
  for (const index of indices) times[index] = (times[index] ?? 0) + 1
  return times
}

describe('the samples of an epoch', () => {
  it('are all cases once, in a new order each epoch', () => {
    const counts = { training: 5, rehearsal: 0 }
    expect(stepsPerEpoch(OPTIONS, counts)).toBe(3)
    const [first, second] = [0, 1].map((epoch) => epochSamples(OPTIONS, counts, epoch))
    expect([...first!].sort()).toEqual([0, 1, 2, 3, 4])
    expect(second).not.toEqual(first)
    // As the models that ship were trained.
    expect(first).toEqual(shuffled([0, 1, 2, 3, 4], createRandom(derivedSeed(7, 0))))
  })

  it('come with as much rehearsal as the share asks for, mixed', () => {
    const counts = { training: 6, rehearsal: 2 }
    const samples = epochSamples({ ...OPTIONS, rehearsalShare: 0.25 }, counts, 3)
    expect(samples).toHaveLength(8)
    expect(timesEach(samples)).toEqual({ 0: 1, 1: 1, 2: 1, 3: 1, 4: 1, 5: 1, 6: 1, 7: 1 })
    const places = samples.flatMap((index, place) => (index >= 6 ? [place] : []))
    expect(Math.min(...places)).toBeLessThan(6)
  })

  it('are as many as asked for, none twice before all came once', () => {
    const options = { ...OPTIONS, stepsPerEpoch: 10 }
    const counts = { training: 4, rehearsal: 16 }
    expect(stepsPerEpoch(options, counts)).toBe(10)
    const samples = epochSamples(options, counts, 0)
    expect(samples).toHaveLength(20)
    const own = timesEach(samples.filter((index) => index < 4))
    expect(Object.values(own).sort()).toEqual([2, 2, 3, 3])
    expect(new Set(samples.filter((index) => index >= 4)).size).toBe(10)
  })

  it('are of the cases alone without any to rehearse, or with no share', () => {
    const options = { ...OPTIONS, stepsPerEpoch: 3 }
    expect(Math.max(...epochSamples(options, { training: 2, rehearsal: 0 }, 0))).toBe(1)
    const none = { ...options, rehearsalShare: 0 }
    expect(Math.max(...epochSamples(none, { training: 2, rehearsal: 9 }, 0))).toBe(1)
  })

  it('leave room for a case however large the share', () => {
    const options = { ...OPTIONS, stepsPerEpoch: 1, batchSize: 1, rehearsalShare: 0.99 }
    expect(epochSamples(options, { training: 1, rehearsal: 5 }, 0)).toEqual([0])
  })

  it('follow from seed and epoch alone', () => {
    const counts = { training: 5, rehearsal: 5 }
    expect(epochSamples(OPTIONS, counts, 4)).toEqual(epochSamples(OPTIONS, counts, 4))
    expect(epochSamples({ ...OPTIONS, seed: 8 }, counts, 4)).not.toEqual(
      epochSamples(OPTIONS, counts, 4)
    )
  })
})
