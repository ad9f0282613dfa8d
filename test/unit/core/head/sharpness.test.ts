import { describe, expect, test } from 'vitest'
import { sharpness } from '../../../../src/core/head/sharpness'
import { createRandom } from '../../../../src/core/training/random'
import type { Volume } from '../../../../src/core/volume/volume'
import type { Triple } from '../../../../src/shared/geometry'

const SIZE: Triple = [24, 20, 22]

function made(
  value: (i: number, j: number, k: number) => number,
  spacing: Triple = [1, 1, 1]
): Volume {
  const [nx, ny, nz] = SIZE
  const voxels = Float32Array.from({ length: nx * ny * nz }, (_, n) =>
    value(n % nx, Math.floor(n / nx) % ny, Math.floor(n / (nx * ny)))
  )
  return {
    geometry: { size: SIZE, spacing, origin: [0, 0, 0], direction: [1, 0, 0, 0, 1, 0, 0, 0, 1] },
    voxels
  }
}

/** Blocks of 3 voxels with a value each: what is sharp. */
const random = createRandom(4)
const blocks = Array.from({ length: 1000 }, () => random.uniform())
const block = (i: number, j: number, k: number): number =>
  blocks[(Math.floor(i / 3) + 9 * Math.floor(j / 3) + 81 * Math.floor(k / 3)) % blocks.length]!

/** Moved to and fro along an axis: the mean of five places. */
const shaken = (i: number, j: number, k: number): number =>
  [-2, -1, 0, 1, 2].reduce((sum, step) => sum + block(Math.max(0, i + step), j, k), 0) / 5

describe('the sharpness of an image', () => {
  test('of a slope is a quarter', () => {
    // Steps twice as long differ twice as much. The percentiles clip the ends of the slope, which is long enough here to bear that.
    expect(sharpness(made((i, j, k) => i + 30 * j + 0.1 * k))).toBeCloseTo(0.25, 2)
  })

  test('of noise is 1', () => {
    expect(sharpness(made(() => random.gaussian()))).toBeCloseTo(1, 1)
  })

  test('falls with motion, whatever the scale and the offset', () => {
    const sharp = sharpness(made(block))!
    const blurred = sharpness(made(shaken))!
    expect(blurred).toBeLessThan(0.9 * sharp)
    expect(sharpness(made((i, j, k) => 500 - 40 * block(i, j, k)))).toBeCloseTo(sharp, 5)
  })

  test('is told by the axes with fine voxels alone', () => {
    // From slice to slice it jumps, which is no sharpness where the slices are thick.
    const jumping = (i: number, j: number, k: number): number =>
      0.1 * (i + j) + random.uniform() * (k % 2)
    const still = (i: number, j: number): number => block(i, j, 0)
    expect(sharpness(made(jumping, [1, 1, 5]))).not.toBeCloseTo(sharpness(made(jumping))!, 2)
    expect(sharpness(made(still, [1, 1, 5]))).toBeCloseTo(sharpness(made(still))!, 5)
    expect(sharpness(made(block, [2, 2, 2]))).toBeNull()
    expect(sharpness(made(() => 3))).toBeNull()
  })

  test('compares the same distances whatever the voxels', () => {
    const fine = sharpness(made((i, j, k) => i + 30 * j + 0.1 * k, [0.5, 0.5, 0.5]))
    expect(fine).toBeCloseTo(0.25, 2)
  })
})
