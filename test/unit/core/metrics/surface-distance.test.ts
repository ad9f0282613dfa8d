import { describe, expect, test } from 'vitest'
import { squaredDistances } from '../../../../src/core/metrics/distance-transform'
import {
  boundary,
  hausdorff95,
  hausdorff95Scores
} from '../../../../src/core/metrics/surface-distance'
import type { Triple } from '../../../../src/shared/geometry'

type Inside = (i: number, j: number, k: number) => boolean

function mask(size: Triple, inside: Inside): Uint8Array {
  const out = new Uint8Array(size[0] * size[1] * size[2])
  out.forEach((_, n) => {
    const i = n % size[0]
    const j = Math.floor(n / size[0]) % size[1]
    const k = Math.floor(n / (size[0] * size[1]))
    if (inside(i, j, k)) out[n] = 1
  })
  return out
}

const count = (values: Uint8Array): number => values.reduce((sum, value) => sum + value, 0)

describe('the boundary', () => {
  test('of a 4³ cube is all but its inner 2³ voxels', () => {
    const cube = mask([6, 6, 6], (i, j, k) => [i, j, k].every((n) => n >= 1 && n <= 4))
    expect(count(boundary(cube, [6, 6, 6]))).toBe(64 - 8)
  })

  test('a voxel that touches the outside only over an edge lies within', () => {
    const cube = mask([3, 3, 3], (i, j, k) => !(i === 0 && j === 0 && k === 1))
    expect(boundary(cube, [3, 3, 3])[13]).toBe(0)
  })

  test('the edge of the grid counts as outside', () => {
    expect(count(boundary(new Uint8Array(27).fill(1), [3, 3, 3]))).toBe(26)
  })
})

describe('the distance transform', () => {
  test('equals the distances found by trying every seed, with anisotropic voxels', () => {
    const size: Triple = [7, 6, 5]
    const spacing: Triple = [0.7, 1.3, 2.9]
    const seeds = mask(size, (i, j, k) => (i * 5 + j * 3 + k * 7) % 19 === 4)
    const found = squaredDistances(seeds, size, spacing)
    const place = (n: number): number[] => [
      (n % 7) * spacing[0],
      (Math.floor(n / 7) % 6) * spacing[1],
      Math.floor(n / 42) * spacing[2]
    ]
    expect(count(seeds)).toBeGreaterThan(5)
    let worst = 0
    found.forEach((value, n) => {
      let nearest = Infinity
      seeds.forEach((seed, m) => {
        if (seed === 0) return
        const [a, b] = [place(n), place(m)]
        const squared = a.reduce((sum, x, axis) => sum + (x - b[axis]!) ** 2, 0)
        nearest = Math.min(nearest, squared)
      })
      worst = Math.max(worst, Math.abs(value - nearest))
    })
    expect(worst).toBeLessThan(1e-9)
  })

  test('is infinite without seeds', () => {
    expect([...squaredDistances(new Uint8Array(8), [2, 2, 2], [1, 1, 1])]).toEqual(
      new Array(8).fill(Infinity)
    )
  })
})

describe('HD95', () => {
  const size: Triple = [12, 10, 8]
  const spacing: Triple = [0.8, 1.2, 2.5]
  const a = mask(size, (i, j, k) => (i - 5) ** 2 / 9 + (j - 4) ** 2 / 6 + (k - 3) ** 2 / 4 <= 1)
  const b = mask(
    size,
    (i, j, k) =>
      (i - 6) ** 2 / 12 + (j - 5) ** 2 / 7 + (k - 4) ** 2 / 5 <= 1 ||
      (i === 11 && j === 9 && k === 7)
  )

  test('equals scipy’s for two blobs: the larger directed percentile, not the pooled one (2.886)', () => {
    expect([count(a), count(b)]).toEqual([59, 88])
    expect(hausdorff95(a, b, size, spacing)).toBeCloseTo(3.178222348437898, 10)
    expect(hausdorff95(b, a, size, spacing)).toBeCloseTo(3.178222348437898, 10)
  })

  test('of two single voxels is the distance between their centres', () => {
    const one = mask(size, (i, j, k) => i === 1 && j === 1 && k === 1)
    const other = mask(size, (i, j, k) => i === 4 && j === 1 && k === 3)
    expect(hausdorff95(one, other, size, spacing)).toBeCloseTo(Math.hypot(2.4, 5), 12)
  })

  test('of a mask and itself is 0', () => {
    expect(hausdorff95(a, a, size, spacing)).toBe(0)
  })

  test('is null where either mask is empty', () => {
    const empty = new Uint8Array(a.length)
    expect(hausdorff95(a, empty, size, spacing)).toBeNull()
    expect(hausdorff95(empty, a, size, spacing)).toBeNull()
    expect(hausdorff95(empty, empty, size, spacing)).toBeNull()
  })

  test('is taken per structure', () => {
    const reference = a.map((inside, n) => (inside ? (n % 12 < 5 ? 2 : 1) : 0))
    const prediction = reference.map((label) => (label === 1 ? 1 : 0))
    const scores = hausdorff95Scores(prediction, reference, size, spacing)
    expect(scores.anterior).toBe(0)
    expect(scores.posterior).toBeNull()
    expect(scores.whole).toBeGreaterThan(0)
  })
})
