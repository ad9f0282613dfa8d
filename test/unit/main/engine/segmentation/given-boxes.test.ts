import { describe, expect, it } from 'vitest'
import { boxCentre } from '../../../../../src/core/head/box-grid'
import { standardBoxes } from '../../../../../src/core/head/standard-boxes'
import { checkedBoxes } from '../../../../../src/main/engine/segmentation/given-boxes'
import { failureOf } from '../../../../fixtures/failure'
import { grid } from '../../../../fixtures/geometries'

/** Stored from the patient's right to the left: index i lies at x = i − 99.5 in LPS. */
const image = grid({ size: [200, 220, 60], spacing: [1, 1, 3], codes: 'LAS', first: [99.5, 0, 0] })
const [left, right] = standardBoxes(image)

describe('boxes that are given', () => {
  it('are taken as they are, one or both', () => {
    expect(checkedBoxes([left!, right!], 'both', image)).toEqual([left, right])
    expect(checkedBoxes([right!], 'both', image)).toEqual([right])
    expect(checkedBoxes([left!, right!], 'left', image)).toEqual([left])
  })

  it('lie around a voxel, where that is given', () => {
    const [box] = checkedBoxes([{ side: 'left', voxel: [130, 100, 20] }], 'both', image)
    expect(box!.side).toBe('left')
    const centre = boxCentre(box!.grid)
    ;[30.5, -100, 60].forEach((mm, axis) => expect(centre[axis]).toBeCloseTo(mm, 9))
    expect(box!.grid.size).toEqual([52, 68, 52])
  })

  it.each([
    ['two of a side', [left!, left!], 'both', 'usage', /two boxes are given for the left side/],
    ['none of the side that is asked for', [left!], 'right', 'usage', /no box .* right side/],
    [
      'a voxel that there is not',
      [{ side: 'right' as const, voxel: [10, 10, 60] as [number, number, number] }],
      'both',
      'usage',
      /right box .* voxel 10,10,60, but the image has 200×220×60/
    ],
    [
      'the left on the right of the right',
      [
        { ...left!, side: 'right' as const },
        { ...right!, side: 'left' as const }
      ],
      'both',
      'input',
      /left box lies to the patient's right of the right one.*put each box/
    ]
  ] as const)('are refused with %s', async (_, boxes, side, kind, message) => {
    const failure = await failureOf(() => checkedBoxes(boxes, side, image))
    expect(failure.kind).toBe(kind)
    expect(failure.message).toMatch(message)
  })
})
