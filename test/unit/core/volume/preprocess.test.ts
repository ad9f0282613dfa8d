import { describe, expect, test } from 'vitest'
import {
  cropBack,
  normaliseIntensities,
  padToMultiple
} from '../../../../src/core/volume/preprocess'
import type { Triple } from '../../../../src/shared/geometry'

describe('normalising intensities', () => {
  test('is numpy’s: clip to linearly interpolated percentiles, then z-score', () => {
    const found = normaliseIntensities(Float32Array.of(0, 10, 20, 30, 1000, -500, 40, 50), [5, 95])
    const expected = [
      -0.24000433890505488, -0.2010188625346906, -0.16203338616432633, -0.12304790979396205,
      2.362276208816759, -1.507032320941894, -0.08406243342359776, -0.04507695705323348
    ]
    found.forEach((value, n) => {
      expect(value).toBeCloseTo(expected[n]!, 6)
    })
  })

  test('does not depend on the scanner’s scale', () => {
    const voxels = Float32Array.from({ length: 500 }, (_, n) => (n * 37) % 101)
    const scaled = voxels.map((value) => 3e4 * value + 700)
    const one = normaliseIntensities(voxels, [0.5, 99.5])
    normaliseIntensities(scaled, [0.5, 99.5]).forEach((value, n) => {
      expect(value).toBeCloseTo(one[n]!, 4)
    })
  })

  test('leaves its input alone and makes zeros of a constant image', () => {
    const voxels = new Float32Array(10).fill(0.1)
    expect([...normaliseIntensities(voxels, [0.5, 99.5])]).toEqual(new Array(10).fill(0))
    expect(voxels).toEqual(new Float32Array(10).fill(0.1))
  })
})

describe('padding', () => {
  const size: Triple = [3, 4, 2]
  const voxels = Float32Array.from({ length: 24 }, (_, n) => n + 1)

  test('is split evenly, the odd voxel at the end', () => {
    const padded = padToMultiple(voxels, size, 4)
    expect(padded.size).toEqual([4, 4, 4])
    expect(padded.offset).toEqual([0, 0, 1])
    expect(padToMultiple(new Float32Array(5), [5, 1, 1], 8).offset).toEqual([1, 3, 3])
  })

  test('puts every voxel at its offset and zero elsewhere', () => {
    const padded = padToMultiple(voxels, size, 4)
    expect([...padded.voxels.subarray(0, 16)]).toEqual(new Array(16).fill(0))
    expect([...padded.voxels.subarray(16, 24)]).toEqual([1, 2, 3, 0, 4, 5, 6, 0])
    expect(padded.voxels.reduce((a, b) => a + b)).toBe((24 * 25) / 2)
  })

  test('is undone by cropping back, with any number of channels', () => {
    const { voxels: padded, size: paddedSize, offset } = padToMultiple(voxels, size, 4)
    expect(cropBack(padded, paddedSize, offset, size)).toEqual(voxels)
    const doubled = Float32Array.from({ length: padded.length * 2 }, (_, n) =>
      n % 2 === 0 ? padded[n >> 1]! : -padded[n >> 1]!
    )
    const back = cropBack(doubled, paddedSize, offset, size, 2)
    expect([...back]).toEqual([...voxels].flatMap((value) => [value, -value]))
  })

  test('leaves a size that fits as it is', () => {
    const padded = padToMultiple(voxels, size, 1)
    expect(padded).toEqual({ voxels, size, offset: [0, 0, 0] })
  })
})
