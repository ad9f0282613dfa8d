import { describe, expect, it } from 'vitest'
import { createParameterSet, type ParameterSet } from '../../../../src/core/snn/parameters'
import {
  ADAMW_DEFAULTS,
  adamWStep,
  createAdamWState
} from '../../../../src/core/training/optimiser'

function parameters(): ParameterSet {
  return createParameterSet([
    { name: 'a.kernel', shape: [2], role: 'kernel', values: [1, -2] },
    { name: 'a.bias', shape: [1], role: 'bias', values: [0.5] },
    { name: 'a.logThreshold', shape: [1], role: 'threshold', values: [0.25] },
    { name: 'a.mean', shape: [1], role: 'statistic', values: [7] }
  ])
}

const gradients = (kernel: number[], bias: number, threshold: number): Map<string, Float32Array> =>
  new Map([
    ['a.kernel', Float32Array.from(kernel)],
    ['a.bias', Float32Array.of(bias)],
    ['a.logThreshold', Float32Array.of(threshold)]
  ])

const OPTIONS = { ...ADAMW_DEFAULTS, weightDecay: 0.1, clipNorm: 100, thresholdRate: 0.5 }

describe('adamWStep', () => {
  it('takes a first step of the learning rate against the sign of each gradient, and decays kernels alone', () => {
    const set = parameters()
    const state = createAdamWState(set)
    const norm = adamWStep(set, gradients([3, -4], 12, -84), state, 0.01, OPTIONS)
    expect(norm).toBeCloseTo(85, 5)
    // m̂ = g, v̂ = g²: the update is the sign (ε is nothing here). Kernels also lose 0.01·0.1·p.
    expect(set.values[0]).toBeCloseTo(1 - 0.01 - 0.001 * 1, 6)
    expect(set.values[1]).toBeCloseTo(-2 + 0.01 + 0.001 * 2, 6)
    expect(set.values[2]).toBeCloseTo(0.5 - 0.01, 6)
    expect(set.values[3]).toBeCloseTo(0.25 + 0.005, 6)
    expect(set.values[4]).toBe(7)
    expect(state.step).toBe(1)
    expect(state.first[0]).toBeCloseTo(0.1 * 3, 6)
    expect(state.second[0]).toBeCloseTo(0.001 * 9, 6)
  })

  it('takes the hand-worked second step', () => {
    const set = parameters()
    const state = createAdamWState(set)
    adamWStep(set, gradients([1, 1], 2, 0), state, 0.1, OPTIONS)
    adamWStep(set, gradients([1, 1], -1, 0), state, 0.1, OPTIONS)
    // Bias: m = 0.9·0.2 − 0.1 = 0.08, m̂ = 0.08/0.19; v = 0.999·0.004 + 0.001 = 0.004996, v̂ = v/0.001999.
    const update = 0.08 / 0.19 / Math.sqrt(0.004996 / 0.001999)
    expect(set.values[2]).toBeCloseTo(0.5 - 0.1 - 0.1 * update, 5)
    // A gradient of 0 moves nothing.
    expect(set.values[3]).toBe(0.25)
    expect(state.step).toBe(2)
  })

  it('scales gradients above the norm down to it, all by one factor', () => {
    const [clipped, small] = [parameters(), parameters()]
    const [one, other] = [createAdamWState(clipped), createAdamWState(small)]
    const norm = adamWStep(clipped, gradients([3, -4], 12, 84), one, 0.01, {
      ...OPTIONS,
      clipNorm: 8.5
    })
    adamWStep(small, gradients([0.3, -0.4], 1.2, 8.4), other, 0.01, OPTIONS)
    expect(norm, 'before clipping').toBeCloseTo(85.0, 1)
    one.first.forEach((m, i) => expect(m).toBeCloseTo(other.first[i]!, 5))
    one.second.forEach((v, i) => expect(v).toBeCloseTo(other.second[i]!, 5))
  })

  it.each([NaN, Infinity])('refuses a gradient of %f and changes nothing', (bad) => {
    const set = parameters()
    const state = createAdamWState(set)
    expect(() => adamWStep(set, gradients([1, bad], 1, 1), state, 0.01, OPTIONS)).toThrow(
      RangeError
    )
    expect([...set.values]).toEqual([...parameters().values])
    expect(state).toEqual(createAdamWState(set))
  })
})
