import { describe, expect, it } from 'vitest'
import type { Geometry, Triple } from '../../../../src/shared/geometry'
import { boxCentre } from '../../../../src/core/head/box-grid'
import { boxWithin, standardBox, standardBoxes } from '../../../../src/core/head/standard-boxes'
import { grid, rotation } from '../../../fixtures/geometries'

const closeTo = (found: readonly number[], expected: readonly number[]): void => {
  found.forEach((value, axis) => expect(value).toBeCloseTo(expected[axis]!, 6))
}
const column = ({ direction }: Geometry, c: number): number[] =>
  [0, 3, 6].map((row) => direction[row + c]!)
const centres = (image: Geometry): Triple[] =>
  standardBoxes(image).map((box) => boxCentre(box.grid))

/** 200×220×180 mm around the origin. */
const RAS = grid({ size: [200, 220, 180], first: [-99.5, -109.5, -89.5] })
const [COS10, SIN10] = [Math.cos(Math.PI / 18), Math.sin(Math.PI / 18)]

describe('boxes of a head of which nothing is known', () => {
  it('lie 30 mm to the left and to the right of the middle, with the axes of the patient', () => {
    const boxes = standardBoxes(RAS)
    expect(boxes.map(({ side }) => side)).toEqual(['left', 'right'])
    // LPS: x grows to the left.
    closeTo(boxCentre(boxes[0]!.grid), [30, 0, 0])
    closeTo(boxCentre(boxes[1]!.grid), [-30, 0, 0])
    for (const { grid: box } of boxes) {
      expect(box.size).toEqual([52, 68, 52])
      expect(box.spacing).toEqual([1, 1, 1])
      closeTo(column(box, 0), [-1, 0, 0])
      closeTo(column(box, 1), [0, -COS10, -SIN10])
      closeTo(column(box, 2), [0, -SIN10, COS10])
    }
  })

  it.each([
    ['LAS', [200, 220, 180], [1, 1, 1], [99.5, -109.5, -89.5]],
    ['LAS', [100, 110, 30], [2, 2, 6], [99, -109, -87]],
    ['SPR', [60, 220, 100], [3, 1, 2], [-99, 109.5, -88.5]]
  ] as [string, Triple, Triple, Triple][])(
    'lie there however %s voxels, %s of %s mm, are stored',
    (codes, size, spacing, first) => {
      const found = standardBoxes(grid({ codes, size, spacing, first }))
      standardBoxes(RAS).forEach(({ side, grid: expected }, n) => {
        expect(found[n]!.side).toBe(side)
        closeTo(found[n]!.grid.origin, expected.origin)
        closeTo(found[n]!.grid.direction, expected.direction)
      })
    }
  )

  it('turn with slices that were turned with the head', () => {
    // 15° about the axis to the top: the image's right is the patient's right and a little front.
    const turn = rotation('z', 15)
    const image = grid({ size: [3, 3, 3], spacing: [60, 60, 60], first: [0, 0, 0], turn })
    const [c, s] = [Math.cos(Math.PI / 12), Math.sin(Math.PI / 12)]
    // The middle voxel, in RAS: 60 mm along each axis of the image.
    const middle = [60 * (c - s), 60 * (s + c), 60]
    const [left, right] = centres(image)
    closeTo(left!, [-(middle[0]! - 30 * c), -(middle[1]! - 30 * s), 60])
    closeTo(right!, [-(middle[0]! + 30 * c), -(middle[1]! + 30 * s), 60])
    closeTo(column(standardBoxes(image)[0]!.grid, 0), [-c, -s, 0])
  })

  it('keep the axes of the patient where slices were laid along the hippocampus', () => {
    const image = grid({ size: [3, 3, 3], spacing: [60, 60, 60], turn: rotation('x', 35) })
    const [box] = standardBoxes(image)
    closeTo(column(box!.grid, 0), [-1, 0, 0])
    closeTo(column(box!.grid, 1), [0, -COS10, -SIN10])
  })

  it.each([
    // 20 mm within an edge at 45 mm.
    [90, 25],
    // A quarter of 60 mm within an edge at 30 mm.
    [60, 15]
  ])('are drawn in where the image is only %i mm wide', (width, aside) => {
    const image = grid({ size: [width, 220, 180], first: [(1 - width) / 2, -109.5, -89.5] })
    const [left, right] = centres(image)
    closeTo(left!, [aside, 0, 0])
    closeTo(right!, [-aside, 0, 0])
  })
})

describe('a box of the usual size', () => {
  it('lies around the place that is given', () => {
    const { side, grid: box } = standardBox(RAS, 'right', [-20, 30, -10])
    expect(side).toBe('right')
    closeTo(boxCentre(box), [-20, 30, -10])
    expect(box.size).toEqual([52, 68, 52])
  })

  it('is moved into the image, where its middle lies outside or at the edge, and is left alone within', () => {
    const inside = standardBox(RAS, 'left', [40, -50, 60])
    closeTo(boxWithin(RAS, inside).grid.origin, inside.grid.origin)
    const outside = standardBox(RAS, 'left', [140, -105, 10])
    const moved = boxWithin(RAS, outside)
    closeTo(boxCentre(moved.grid), [80, -90, 10])
    expect(moved.grid.direction).toEqual(outside.grid.direction)
    expect(moved.side).toBe('left')
  })
})
