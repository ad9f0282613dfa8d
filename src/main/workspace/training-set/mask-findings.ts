import type { Finding } from '../../../shared/api/training'
import { MAX_CROP_MM } from '../../../shared/crop-size'
import type { Geometry, Triple } from '../../../shared/geometry'
import type { HeadBox } from '../../../shared/head'
import type { Side } from '../../../shared/labels'
import type { MaskKind } from '../../../shared/training'
import type { CaseFacts, MaskSide } from '../../../shared/training-set'
import { boxCentre } from '../../../core/head/box-grid'
import { sidesAreInOrder } from '../../../core/head/laterality'
import { indexToPhysical } from '../../../core/volume/geometry'
import { error, warning } from './trainable-mask'

/** How far, in mm, a hippocampus of a head may lie beyond the image's middle before its side is doubted: heads lie off the middle by a little. */
const MOST_BEYOND_MIDDLE = 15

/** What the labels of a mask's hippocampi say about it. */
export function labelFindings(sides: readonly { side: Side | null; mask: MaskKind }[]): Finding[] {
  const whole = sides.filter(({ mask }) => mask === 'whole')
  if (whole.length === 0) return []
  if (whole.length < sides.length) {
    return [
      error(
        'labels',
        `its mask tells the anterior from the posterior part on one side alone; draw the missing part of the ${whole[0]!.side} hippocampus`
      )
    ]
  }
  return [
    warning(
      'labels',
      'its mask has one label for all of a hippocampus: it teaches the whole, not the two parts; if a part is missing, draw it'
    )
  ]
}

/**
 * What a look at the voxels has found.
 *
 * @param image grid of the scan
 * @param boxes where the hippocampi of a head were located; none where that is not known
 */
export function factFindings(
  facts: CaseFacts,
  image: Geometry,
  boxes: readonly HeadBox[]
): Finding[] {
  const { grid, strangeLabels, sides } = facts
  if (grid !== null) return [error('shape', grid)]
  if (strangeLabels.length > 0) {
    const list = strangeLabels.slice(0, 5).join(', ')
    return [error('labels', `its mask has labels that are not known (${list}); allowed are 0 to 4`)]
  }
  if (sides.length === 0) {
    return [error('empty-mask', 'its mask is empty; draw the hippocampus, or take the case out')]
  }
  return [
    ...labelFindings(sides),
    ...sides.flatMap((one) => [...partOrder(one), ...strayPieces(one)]),
    ...sideFindings(sides, image, boxes)
  ]
}

/** In LPS the second coordinate grows to the back. */
function partOrder({ side, anterior, posterior }: MaskSide): Finding[] {
  if (anterior === null || posterior === null || anterior[1] < posterior[1]) return []
  return [
    error(
      'labels',
      `the anterior part of ${nameOf(side)} lies behind the posterior one; change the two labels, or correct the scan's orientation`
    )
  ]
}

function strayPieces({ side, spanMm }: MaskSide): Finding[] {
  if (spanMm <= MAX_CROP_MM) return []
  return [
    error(
      'shape',
      `the mask of ${nameOf(side)} spans ${spanMm.toFixed(0)} mm, more than a hippocampus can; erase what was drawn elsewhere`
    )
  ]
}

function sideFindings(
  sides: readonly MaskSide[],
  image: Geometry,
  boxes: readonly HeadBox[]
): Finding[] {
  const [left, right] = (['left', 'right'] as const).map((side) =>
    sides.find((one) => one.side === side)
  )
  if (left && right && !sidesAreInOrder(left.centre, right.centre)) {
    return [
      error(
        'side',
        'what is labelled left lies to the right of what is labelled right; change the labels of the sides'
      )
    ]
  }
  const middle = indexToPhysical(image, image.size.map((n) => (n - 1) / 2) as Triple)
  return sides.flatMap(({ side, centre }) => {
    if (side === null) return []
    const nearest = nearestSide(centre, boxes)
    if (nearest !== null) {
      if (nearest === side) return []
      return [
        error(
          'side',
          `what is labelled ${side} lies where the ${nearest} hippocampus was located; change the labels of the sides`
        )
      ]
    }
    // In LPS the first coordinate grows to the left.
    const beyond = (side === 'left' ? -1 : 1) * (centre[0] - middle[0])
    if (beyond <= MOST_BEYOND_MIDDLE) return []
    return [
      warning(
        'side',
        `what is labelled ${side} lies ${beyond.toFixed(0)} mm on the other side of the image's middle; check the labels of the sides`
      )
    ]
  })
}

/** Null where both sides' boxes are not known. */
function nearestSide(place: Readonly<Triple>, boxes: readonly HeadBox[]): Side | null {
  if (new Set(boxes.map(({ side }) => side)).size < 2) return null
  const distances = boxes.map(({ side, grid }) => {
    const centre = boxCentre(grid)
    return { side, distance: Math.hypot(...place.map((value, axis) => value - centre[axis]!)) }
  })
  return distances.reduce((best, one) => (one.distance < best.distance ? one : best)).side
}

function nameOf(side: Side | null): string {
  return side === null ? 'the hippocampus' : `the ${side} hippocampus`
}
