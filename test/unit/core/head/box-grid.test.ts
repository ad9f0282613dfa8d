import { describe, expect, it } from 'vitest'
import {
  boxCentre,
  boxGrid,
  centredGrid,
  enlargedGrid,
  tiltedGrid,
  windowOf
} from '../../../../src/core/head/box-grid'
import { affineAbout } from '../../../../src/core/volume/affine'
import { indexToPhysical, orthonormalityError } from '../../../../src/core/volume/geometry'

const IDENTITY = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0]
/** A head turned by 90° about z and larger by a fifth: its left points to where y did. */
const TURNED = affineAbout([0, -1.2, 0, 1.2, 0, 0, 0, 0, 1.2], [0, 0, 0], [7, 8, 9])

const closeTo = (found: readonly number[], expected: readonly number[]): void => {
  found.forEach((value, axis) => expect(value).toBeCloseTo(expected[axis]!, 9))
}

describe('a box grid', () => {
  it('has 1 mm voxels around its centre', () => {
    const grid = boxGrid(IDENTITY, [20, 30, -10])
    expect(grid.size).toEqual([52, 68, 52])
    expect(grid.spacing).toEqual([1, 1, 1])
    expect(orthonormalityError(grid.direction)).toBeLessThan(1e-12)
    closeTo(indexToPhysical(grid, [25.5, 33.5, 25.5]), [20, 30, -10])
    closeTo(boxCentre(grid), [20, 30, -10])
  })

  it('has axes to the right, front and top, the front 10° upwards', () => {
    const { direction } = boxGrid(IDENTITY, [0, 0, 0])
    const column = (c: number): number[] => [0, 3, 6].map((row) => direction[row + c]!)
    const [cos, sin] = [Math.cos(Math.PI / 18), Math.sin(Math.PI / 18)]
    closeTo(column(0), [-1, 0, 0])
    // In LPS the front is −y.
    closeTo(column(1), [0, -cos, -sin])
    closeTo(column(2), [0, -sin, cos])
  })

  it('turns with the head, and does not grow with it', () => {
    const grid = boxGrid(TURNED, [1, 2, 3])
    expect(grid.spacing).toEqual([1, 1, 1])
    expect(orthonormalityError(grid.direction)).toBeLessThan(1e-12)
    // The template's right (−x) lies along −y of the scan.
    closeTo([grid.direction[0]!, grid.direction[3]!, grid.direction[6]!], [0, -1, 0])
  })

  it('is tilted about its own middle, the front upwards', () => {
    const box = boxGrid(IDENTITY, [20, 30, -10])
    const tilted = tiltedGrid(box, 10)
    closeTo(boxCentre(tilted), [20, 30, -10])
    // 10° more than the 10° that boxes have.
    const [cos, sin] = [Math.cos(Math.PI / 9), Math.sin(Math.PI / 9)]
    closeTo(
      [1, 4, 7].map((at) => tilted.direction[at]!),
      [0, -cos, -sin]
    )
    closeTo(tiltedGrid(tilted, -10).direction, box.direction)
  })

  it('refuses a transform without an inverse', () => {
    expect(() => boxGrid(new Array<number>(12).fill(0), [0, 0, 0])).toThrow(RangeError)
  })

  it('has a window of 1 mm voxels in its middle, or is looked at whole', () => {
    const box = boxGrid(TURNED, [1, 2, 3])
    expect(windowOf(box).size).toEqual([40, 56, 40])
    closeTo(boxCentre(windowOf(box)), [1, 2, 3])
    const drawn = windowOf({ ...box, size: [30, 100, 10], spacing: [1, 0.5, 2] })
    expect(drawn.size).toEqual([30, 50, 20])
    expect(drawn.spacing).toEqual([1, 1, 1])
  })

  it('moves, and grows about its middle', () => {
    const grid = boxGrid(TURNED, [1, 2, 3])
    closeTo(boxCentre(centredGrid(grid, [-4, 5, 6])), [-4, 5, 6])
    const larger = enlargedGrid(grid, 5.5)
    expect(larger.size).toEqual([64, 80, 64])
    closeTo(boxCentre(larger), [1, 2, 3])
  })
})
