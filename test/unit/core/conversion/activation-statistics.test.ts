import { describe, expect, it } from 'vitest'
import { ActivationStatistics } from '../../../../src/core/conversion/activation-statistics'
import { createRandom } from '../../../../src/core/training/random'

/** numpy.percentile with its linear interpolation. */
function exactPercentile(values: ArrayLike<number>, percent: number): number {
  const sorted = Float32Array.from(values).sort()
  const place = (percent / 100) * (sorted.length - 1)
  const below = Math.floor(place)
  const above = Math.min(below + 1, sorted.length - 1)
  return sorted[below]! + (place - below) * (sorted[above]! - sorted[below]!)
}

/** Rectified normal numbers of three channels with scales of their own, channels innermost. */
function activations(voxels: number, seed: number): Float32Array {
  const random = createRandom(seed)
  const scales = [0.01, 1, 40]
  return Float32Array.from({ length: 3 * voxels }, (_, i) =>
    Math.max(0, random.gaussian() * scales[i % 3]!)
  )
}

const channel = (values: Float32Array, c: number): Float32Array =>
  values.filter((_, i) => i % 3 === c)

describe('ActivationStatistics', () => {
  const values = activations(150_000, 1)
  const statistics = new ActivationStatistics(3)
  // In two parts, as from two cases.
  statistics.add(values.subarray(0, 30_000))
  statistics.add(values.subarray(30_000))

  it.each([60, 90, 99, 99.9])('has the percentile %f of the layer within half a percent', (p) => {
    const exact = exactPercentile(values, p)
    expect(Math.abs(statistics.percentile(p) - exact) / exact).toBeLessThan(0.005)
  })

  it.each([60, 90, 99, 99.9])(
    'has the percentile %f of each channel within half a percent',
    (p) => {
      const percentiles = statistics.channelPercentiles(p)
      expect(percentiles).toHaveLength(3)
      percentiles.forEach((value, c) => {
        const exact = exactPercentile(channel(values, c), p)
        expect(Math.abs(value - exact) / exact, `channel ${c}`).toBeLessThan(0.005)
      })
    }
  )

  it('has the exact maximum, and gives it for the percentile 100', () => {
    const maximum = values.reduce((max, value) => Math.max(max, value), 0)
    expect(statistics.maximum()).toBe(maximum)
    expect(statistics.percentile(100)).toBe(maximum)
    expect(statistics.channelPercentiles(100)[0]).toBe(
      channel(values, 0).reduce((max, value) => Math.max(max, value), 0)
    )
  })

  it('is 0 where the percentile falls among the silent', () => {
    expect(statistics.percentile(40)).toBe(0)
    expect(statistics.channelPercentiles(40)).toEqual([0, 0, 0])
  })

  it('knows the smallest activation', () => {
    expect(statistics.minimum()).toBe(0)
    const negative = new ActivationStatistics(2)
    negative.add(Float32Array.from([1, -0.25, 3, 4]))
    expect(negative.minimum()).toBe(-0.25)
  })

  it('never claims more than the maximum', () => {
    const same = new ActivationStatistics(1)
    same.add(new Float32Array(1000).fill(3))
    expect(same.percentile(50)).toBeLessThanOrEqual(3)
    expect(same.percentile(50)).toBeGreaterThan(3 * 0.995)
  })

  it('has nothing to say of a layer that was never active', () => {
    const dead = new ActivationStatistics(2)
    dead.add(new Float32Array(10))
    expect([dead.maximum(), dead.percentile(99.9), ...dead.channelPercentiles(100)]).toEqual([
      0, 0, 0, 0
    ])
  })
})
