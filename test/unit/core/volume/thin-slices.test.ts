import { describe, expect, test } from 'vitest'
import { thinSlices } from '../../../../src/core/volume/thin-slices'
import { indexToPhysical } from '../../../../src/core/volume/geometry'
import type { Volume } from '../../../../src/core/volume/volume'
import type { Triple } from '../../../../src/shared/geometry'

/** A column along an axis, of slices as thick as told, whose values are given. */
function column(values: readonly number[], axis: 0 | 1 | 2, thickness: number): Volume {
  const size: Triple = [2, 2, 2]
  const spacing: Triple = [1, 1, 1]
  size[axis] = values.length
  spacing[axis] = thickness
  const [nx, ny, nz] = size
  const voxels = Float32Array.from({ length: nx * ny * nz }, (_, n) => {
    const index = [n % nx, Math.floor(n / nx) % ny, Math.floor(n / (nx * ny))]
    return values[index[axis]!]!
  })
  return {
    geometry: { size, spacing, origin: [3, -2, 5], direction: [1, 0, 0, 0, 1, 0, 0, 0, 1] },
    voxels
  }
}

/** The values along the axis, of the first line. */
function along({ geometry: { size }, voxels }: Volume, axis: 0 | 1 | 2): number[] {
  const stride = size.slice(0, axis).reduce((product, n) => product * n, 1)
  return Array.from({ length: size[axis] }, (_, n) => voxels[n * stride]!)
}

describe('thin slices', () => {
  test.each([0, 1, 2] as const)('have the means of the thick ones, along axis %d', (axis) => {
    const thick = [10, 10, 40, 90, 60, 20, 20]
    const thin = thinSlices(column(thick, axis, 5), axis, 5)
    expect(thin.geometry.size[axis]).toBe(35)
    expect(thin.geometry.spacing[axis]).toBe(1)
    const values = along(thin, axis)
    thick.forEach((value, k) => {
      const part = values.slice(5 * k, 5 * k + 5)
      expect(part.reduce((sum, one) => sum + one, 0) / 5).toBeCloseTo(value, -1)
    })
    // Sharper than a line between the middles, which never leaves the range of the slices.
    expect(Math.max(...values)).toBeGreaterThan(90)
  })

  test('of a slope are the slope', () => {
    const values = along(thinSlices(column([5, 15, 25, 35], 2, 5), 2, 5), 2)
    values.forEach((value, n) => expect(value).toBeCloseTo(1 + 2 * n, 3))
  })

  test('lie within what they are parts of', () => {
    const thick = column([1, 2, 3], 2, 5)
    const { geometry } = thinSlices(thick, 2, 5)
    expect(indexToPhysical(geometry, [0, 0, 2])).toEqual(indexToPhysical(thick.geometry, [0, 0, 0]))
    expect(indexToPhysical(geometry, [0, 0, 12])).toEqual(
      indexToPhysical(thick.geometry, [0, 0, 2])
    )
  })

  test('are the volume itself where there is nothing to part', () => {
    const thick = column([1, 2, 3], 0, 1)
    expect(thinSlices(thick, 0, 1)).toBe(thick)
  })
})
