import { describe, expect, it } from 'vitest'
import {
  narrow,
  packSums,
  packWeights,
  scaledKernel,
  sumIndex,
  type SourceKernel
} from '../../../../src/core/event/weights'

/** One channel, one output; the weight of tap z, y, x is 100·z + 10·y + x. */
function numbered(): SourceKernel {
  const values = new Float32Array(27)
  for (let tap = 0; tap < 27; tap++) {
    values[tap] = 100 * Math.floor(tap / 9) + 10 * (Math.floor(tap / 3) % 3) + (tap % 3)
  }
  return { edge: 3, channels: 1, outputs: 1, values }
}

describe('packWeights', () => {
  it('puts the taps along x slowest', () => {
    const packed = packWeights(numbered(), 'same', 1, 1)
    expect([...packed.slice(0, 9)]).toEqual([0, 10, 20, 100, 110, 120, 200, 210, 220])
    expect([...packed.slice(18)]).toEqual([2, 12, 22, 102, 112, 122, 202, 212, 222])
  })

  it('takes eighths for the bits of a count behind average pooling', () => {
    const kernel: SourceKernel = {
      edge: 3,
      channels: 2,
      outputs: 1,
      values: Float32Array.from({ length: 54 }, (_, i) => i)
    }
    const packed = packWeights(kernel, 'pooled', 1, 1)
    expect(packed).toHaveLength(4 * 54)
    // The last tap: two channels for each bit.
    const shares = [52 / 8, 53 / 8, 52 / 4, 53 / 4, 52 / 2, 53 / 2, 52, 53]
    expect([...packed.slice(-8)]).toEqual(shares)
  })

  it('adds up the taps that fall on one voxel behind an upsampling', () => {
    const packed = packWeights(numbered(), 'upsampled', 1, 1)
    expect(packed).toHaveLength(64)
    // Even z, y and x: tap 0 alone on the first voxel, taps 1 and 2 on the second, along each axis.
    expect([...packed.slice(0, 8)]).toEqual([
      0,
      10 + 20,
      100 + 200,
      110 + 120 + 210 + 220,
      1 + 2,
      11 + 12 + 21 + 22,
      101 + 102 + 201 + 202,
      111 + 112 + 121 + 122 + 211 + 212 + 221 + 222
    ])
    // Odd: taps 0 and 1 on the first, tap 2 on the second.
    expect(packed[56]).toBe(0 + 1 + 10 + 11 + 100 + 101 + 110 + 111)
    expect(packed[63]).toBe(222)
    // Each parity takes every tap once.
    for (let parity = 0; parity < 8; parity++) {
      const sum = packed.slice(parity * 8, parity * 8 + 8).reduce((a, b) => a + b, 0)
      expect(sum).toBe(27 * 111)
    }
  })

  it('fills the last block with outputs that weigh nothing', () => {
    const kernel: SourceKernel = {
      edge: 1,
      channels: 2,
      outputs: 3,
      values: Float32Array.of(1, 2, 3, 4, 5, 6)
    }
    expect([...packWeights(kernel, 'point', 4, 4)]).toEqual([1, 2, 3, 0, 4, 5, 6, 0])
  })
})

describe('packSums', () => {
  it('adds up the channels of each mask', () => {
    const channels = 16
    const values = Float32Array.from({ length: channels * 3 }, (_, i) => i + 1)
    const packed = packSums({ edge: 1, channels, outputs: 3, values }, 4)
    expect(packed).toHaveLength(2 * 256 * 4)
    const sums = (eight: number, mask: number): number[] => {
      const at = sumIndex(channels, 8 * eight, mask, 0)
      return [...packed.slice(at, at + 4)]
    }
    expect(sums(0, 0)).toEqual([0, 0, 0, 0])
    expect(sums(0, 0b100)).toEqual([7, 8, 9, 0])
    expect(sums(0, 0b101)).toEqual([1 + 7, 2 + 8, 3 + 9, 0])
    const all = [0, 1, 2, 3, 4, 5, 6, 7]
    const total = (output: number): number =>
      all.reduce((sum, c) => sum + (8 + c) * 3 + output + 1, 0)
    expect(sums(1, 255)).toEqual([total(0), total(1), total(2), 0])
  })
})

describe('scaledKernel', () => {
  it('takes one source’s channels, over the threshold and times the amplitude', () => {
    const kernel = scaledKernel(Float32Array.of(1, 2, 3, 4, 5, 6), {
      edge: 1,
      inputs: 3,
      firstInput: 1,
      channels: 2,
      outputs: 2,
      threshold: (o) => [2, 4][o]!,
      amplitude: (c) => [10, 100][c]!
    })
    expect([...kernel.values]).toEqual([15, 10, 250, 150])
  })
})

describe('narrow', () => {
  it('rounds to a 2048th and saturates', () => {
    expect([...narrow(Float32Array.of(1, -0.5, 0.0002, 0.0003, 100, -100))]).toEqual([
      2048, -1024, 0, 1, 32767, -32768
    ])
  })
})
