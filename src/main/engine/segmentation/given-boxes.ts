import type { Geometry } from '../../../shared/geometry'
import { HippospikeError } from '../../../shared/errors'
import type { GivenBox, HeadBox } from '../../../shared/head'
import type { SegmentRequest } from '../../../shared/jobs'
import { SIDES, type Side } from '../../../shared/labels'
import { boxCentre } from '../../../core/head/box-grid'
import { sidesAreInOrder } from '../../../core/head/laterality'
import { standardBox } from '../../../core/head/standard-boxes'
import { indexToPhysical } from '../../../core/volume/geometry'

/** The sides of a head that were asked for. */
export function sidesOf(side: SegmentRequest['side']): readonly Side[] {
  return side === 'both' ? SIDES : [side]
}

/**
 * Boxes that were given in place of located ones, of the sides that were asked for.
 *
 * @param image geometry of the scan
 * @throws HippospikeError (usage) where a side has two boxes, or lacks the one that was asked for, or a voxel lies outside the image; (input)
 *   where the left box lies to the right of the right one
 */
export function checkedBoxes(
  boxes: readonly GivenBox[],
  side: SegmentRequest['side'],
  image: Geometry
): HeadBox[] {
  const given = boxes.map((box) => box.side)
  if (new Set(given).size < given.length) {
    throw new HippospikeError(
      'usage',
      `two boxes are given for the ${given[0]!} side; give one a side`
    )
  }
  const wanted = sidesOf(side)
  const missing = wanted.filter((one) => !given.includes(one))
  if (missing.length > 0 && side !== 'both') {
    throw new HippospikeError('usage', `no box is given for the ${missing.join(' and ')} side`)
  }
  const found = boxes.map((box) => wholeBox(box, image))
  assertOrder(found)
  return found.filter((box) => wanted.includes(box.side))
}

function wholeBox(box: GivenBox, image: Geometry): HeadBox {
  if ('grid' in box) return box
  const { side, voxel } = box
  if (voxel.some((value, axis) => value >= image.size[axis]!)) {
    throw new HippospikeError(
      'usage',
      `the ${side} box is to lie around voxel ${voxel.join(',')}, but the image has ${image.size.join('×')} voxels; ` +
        'give 0-based indices in stored axis order'
    )
  }
  return standardBox(image, side, indexToPhysical(image, voxel))
}

/** Masks are checked too, but of an empty one nothing tells where it lies. */
function assertOrder(boxes: readonly HeadBox[]): void {
  const centre = (side: Side) => {
    const box = boxes.find((one) => one.side === side)
    return box && boxCentre(box.grid)
  }
  const [left, right] = [centre('left'), centre('right')]
  if (!left || !right || sidesAreInOrder(left, right)) return
  throw new HippospikeError(
    'input',
    "the left box lies to the patient's right of the right one, so left and right would be swapped; put each box around the hippocampus of its own side"
  )
}
