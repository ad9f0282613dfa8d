import { describe, expect, it } from 'vitest'
import { extentCentre, maskExtent, touchesEdge } from '../../../../src/core/head/extent'

const SIZE: [number, number, number] = [4, 3, 5]
function mask(...voxels: [number, number, number][]): Uint8Array {
  const out = new Uint8Array(60)
  for (const [i, j, k] of voxels) out[i + 4 * (j + 3 * k)] = 2
  return out
}

describe('the extent of a mask', () => {
  it('holds its outermost voxels', () => {
    const extent = maskExtent(mask([1, 1, 1], [2, 1, 3]), SIZE)!
    expect(extent).toEqual({ low: [1, 1, 1], high: [2, 1, 3] })
    expect(extentCentre(extent)).toEqual([1.5, 1, 2])
    expect(touchesEdge(extent, SIZE)).toBe(false)
  })

  it('is none of an empty mask', () => {
    expect(maskExtent(mask(), SIZE)).toBeNull()
  })

  it.each([
    [0, 1, 2],
    [3, 1, 2],
    [1, 0, 2],
    [1, 2, 2],
    [1, 1, 0],
    [1, 1, 4]
  ] as [number, number, number][])('touches the edge at %i, %i, %i', (i, j, k) => {
    expect(touchesEdge(maskExtent(mask([1, 1, 2], [i, j, k]), SIZE)!, SIZE)).toBe(true)
  })
})
