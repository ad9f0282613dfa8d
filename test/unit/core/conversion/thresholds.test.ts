import { describe, expect, it } from 'vitest'
import { ActivationStatistics } from '../../../../src/core/conversion/activation-statistics'
import { balanceThresholds, THRESHOLD_DEFAULTS } from '../../../../src/core/conversion/thresholds'

/** 1000 activations a channel, evenly spread up to the channel's maximum. */
function spread(...maxima: number[]): ActivationStatistics {
  const statistics = new ActivationStatistics(maxima.length)
  statistics.add(
    Float32Array.from({ length: 1000 * maxima.length }, (_, i) => {
      const voxel = Math.floor(i / maxima.length)
      return (maxima[i % maxima.length]! * (voxel + 1)) / 1000
    })
  )
  return statistics
}

const within = (value: number, expected: number): void => {
  expect(Math.abs(value - expected) / expected).toBeLessThan(0.005)
}

describe('balanceThresholds', () => {
  const statistics = new Map([
    ['a', spread(1, 10)],
    ['b', spread(2, 2)]
  ])

  it('takes the percentile of the layer over all its channels', () => {
    const thresholds = balanceThresholds(statistics, { ...THRESHOLD_DEFAULTS, percentile: 95 })
    expect([...thresholds.keys()]).toEqual(['a', 'b'])
    // Of 2000 activations 1900 are below: all 1000 of the first channel, 900 of the second.
    expect(thresholds.get('a')).toHaveLength(1)
    within(thresholds.get('a')![0]!, 9)
    within(thresholds.get('b')![0]!, 1.9)
  })

  it('takes the percentile of each channel where asked', () => {
    const thresholds = balanceThresholds(statistics, {
      percentile: 95,
      granularity: 'channel',
      scale: 1
    })
    expect(thresholds.get('a')).toHaveLength(2)
    within(thresholds.get('a')![0]!, 0.95)
    within(thresholds.get('a')![1]!, 9.5)
  })

  it('multiplies every threshold by the scale', () => {
    for (const granularity of ['layer', 'channel'] as const) {
      const whole = balanceThresholds(statistics, { percentile: 99, granularity, scale: 1 })
      const scaled = balanceThresholds(statistics, { percentile: 99, granularity, scale: 0.6 })
      for (const [layer, values] of whole) {
        scaled.get(layer)!.forEach((value, i) => expect(value).toBeCloseTo(0.6 * values[i]!, 12))
      }
    }
  })

  it('gives a channel that never wakes a hundredth of its layer’s threshold', () => {
    const thresholds = balanceThresholds(new Map([['a', spread(0, 10)]]), {
      percentile: 100,
      granularity: 'channel',
      scale: 1
    })
    expect(thresholds.get('a')![0]).toBeCloseTo(0.1, 6)
    expect(thresholds.get('a')![1]).toBe(10)
  })

  it('falls back on the maximum where the percentile is among the silent', () => {
    const sparse = new ActivationStatistics(1)
    sparse.add(Float32Array.from({ length: 10_000 }, (_, i) => (i === 7 ? 2.5 : 0)))
    expect(balanceThresholds(new Map([['a', sparse]]), THRESHOLD_DEFAULTS).get('a')).toEqual([2.5])
  })

  it('refuses a layer without any activation, by name', () => {
    const dead = new ActivationStatistics(1)
    dead.add(new Float32Array(10))
    expect(() => balanceThresholds(new Map([['enc1.conv2', dead]]), THRESHOLD_DEFAULTS)).toThrow(
      new RangeError('layer enc1.conv2 has no positive activation')
    )
  })
})
