import { describe, expect, it } from 'vitest'
import { middleSlice, pictureOf } from '../../../../src/renderer/src/features/cases/thumbnail'
import type { CaseImage } from '../../../../src/shared/api/cases'

function image(direction: number[]): CaseImage {
  return {
    geometry: { size: [2, 3, 4], spacing: [1, 2, 3], origin: [0, 0, 0], direction },
    range: [0, 255],
    window: { low: 0, high: 255 },
    voxelMm3: 6
  }
}
/** Its value tells where a voxel is: 10 for each step along the first axis, 1 along the second. */
const slice = Float32Array.from([0, 10, 1, 11, 2, 12])

describe('thumbnails', () => {
  it('takes the slice in the middle', () => {
    expect(middleSlice(image([]).geometry)).toEqual({ offset: 12, length: 6 })
  })

  it('leaves an axial slice in LPS as it is', () => {
    const picture = pictureOf(slice, image([1, 0, 0, 0, 1, 0, 0, 0, 1]))
    expect([picture.width, picture.height, picture.pixel]).toEqual([2, 3, [1, 2]])
    expect([...picture.values]).toEqual([0, 10, 1, 11, 2, 12])
  })

  it('turns an axial slice in RAS so that left is at the right and the front on top', () => {
    const picture = pictureOf(slice, image([-1, 0, 0, 0, -1, 0, 0, 0, 1]))
    expect([...picture.values]).toEqual([12, 2, 11, 1, 10, 0])
  })

  it('puts the head on top of a sagittal slice that is stored feet first', () => {
    // First axis to the back, second to the head, third to the left.
    const picture = pictureOf(slice, image([0, 0, 1, 1, 0, 0, 0, 1, 0]))
    expect([...picture.values]).toEqual([2, 12, 1, 11, 0, 10])
  })

  it('turns a coronal slice whose axes are swapped', () => {
    // First axis to the feet, second to the left.
    const picture = pictureOf(slice, image([0, 1, 0, 0, 0, 1, -1, 0, 0]))
    expect([picture.width, picture.height, picture.pixel]).toEqual([3, 2, [2, 1]])
    expect([...picture.values]).toEqual([0, 1, 2, 10, 11, 12])
  })

  it('clips to the window', () => {
    const narrow = { ...image([1, 0, 0, 0, 1, 0, 0, 0, 1]), window: { low: 1, high: 11 } }
    expect([...pictureOf(slice, narrow).values]).toEqual([0, 230, 0, 255, 26, 255])
  })
})
