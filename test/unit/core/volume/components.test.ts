import { describe, expect, test } from 'vitest'
import {
  componentCounts,
  connectedComponents,
  keepLargestComponents
} from '../../../../src/core/volume/components'
import type { Triple } from '../../../../src/shared/geometry'

/** A random mask from a generator that Python repeats exactly (Park and Miller's). */
function noise(count: number, fraction: number): Uint8Array {
  let state = 12345
  return Uint8Array.from({ length: count }, () => {
    state = (state * 16807) % 2147483647
    return state / 2147483647 < fraction ? 1 : 0
  })
}

describe('connected components', () => {
  const size: Triple = [9, 8, 7]
  const mask = noise(9 * 8 * 7, 0.12)

  test.each([
    [6, 44, [6, 4, 3]],
    [26, 13, [34, 9, 5]]
  ] as const)('%i-connected ones are scipy’s', (connectivity, number, largest) => {
    const { component, sizes } = connectedComponents(mask, size, connectivity)
    expect(sizes).toHaveLength(number)
    expect([...sizes].sort((a, b) => b - a).slice(0, 3)).toEqual(largest)
    expect(sizes.reduce((sum, n) => sum + n, 0)).toBe(mask.reduce((sum, n) => sum + n, 0))
    sizes.forEach((n, index) => {
      expect(component.filter((value) => value === index + 1)).toHaveLength(n)
    })
  })

  test('the end of a row and the start of the next are no neighbours', () => {
    const row = Uint8Array.of(0, 0, 1, 1, 0, 0)
    expect(connectedComponents(row, [3, 2, 1], 26).sizes).toEqual([1, 1])
  })

  test('voxels that share a corner are connected with 26 neighbours only', () => {
    const corners = Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 1)
    expect(connectedComponents(corners, [2, 2, 2], 6).sizes).toEqual([1, 1])
    expect(connectedComponents(corners, [2, 2, 2], 26).sizes).toEqual([2])
  })

  test('touching voxels of two labels are components of their own', () => {
    const labels = Uint8Array.of(1, 2, 1, 0, 2, 2)
    expect([...componentCounts(labels, [6, 1, 1], 6)]).toEqual([
      [1, 2],
      [2, 2]
    ])
  })

  test('the largest of each label stays', () => {
    const labels = Uint8Array.of(1, 0, 1, 1, 0, 2, 2, 0, 2)
    const { voxels, removed } = keepLargestComponents(labels, [9, 1, 1], 6)
    expect([...voxels]).toEqual([0, 0, 1, 1, 0, 2, 2, 0, 0])
    expect(removed).toBe(2)
  })

  test('an empty map stays empty', () => {
    expect(keepLargestComponents(new Uint8Array(8), [2, 2, 2], 26)).toEqual({
      voxels: new Uint8Array(8),
      removed: 0
    })
  })
})
