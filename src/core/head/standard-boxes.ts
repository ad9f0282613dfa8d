import type { Geometry, Triple } from '../../shared/geometry'
import type { HeadBox } from '../../shared/head'
import { SIDES, type Side } from '../../shared/labels'
import { affineAbout, multiply3 } from '../volume/affine'
import { indexToPhysical, physicalToIndex } from '../volume/geometry'
import { nearestAxisOrder, obliquity, reorderGeometry } from '../volume/orientation'
import { boxCentre, boxGrid, centredGrid, RAS_IN_LPS } from './box-grid'

/** How far from the middle of an image a hippocampus is supposed to each side, mm; the template's lie 26 mm from it. */
const ASIDE = 30

/**
 * Degrees by which slices were turned with the head, as along the line from the anterior to the posterior commissure, so that the image's axes are
 * the head's. Slices turned further were mostly laid along the hippocampus or across it (30° and more), and the head was not.
 */
const MOST_TURNED = 20

/** The middle of a box is kept this far from the faces of the image, mm: half the width of what a network looks at. */
const MARGIN = 20

/**
 * Where boxes are put in a head of which nothing is known: 30 mm to the left and to the right of the middle of the image, as far as they lie within.
 *
 * @param image of the scan, whatever its axes
 */
export function standardBoxes(image: Geometry): HeadBox[] {
  const middle = indexToPhysical(image, image.size.map((n) => (n - 1) / 2) as Triple)
  const axes = headAxes(image)
  return SIDES.map((side) => {
    const aside = side === 'left' ? -ASIDE : ASIDE
    const centre = middle.map((value, row) => value + aside * axes[3 * row]!) as Triple
    return standardBox(image, side, withinImage(image, centre))
  })
}

/** A box of the usual size, with the axes that the head is supposed to have. @param centre LPS millimetres */
export function standardBox(image: Geometry, side: Side, centre: Readonly<Triple>): HeadBox {
  // What turns the template's axes, which are the patient's, into the head's.
  const rotation = multiply3(headAxes(image), RAS_IN_LPS)
  return { side, grid: boxGrid(affineAbout(rotation, [0, 0, 0], [0, 0, 0]), centre) }
}

/** The same box, moved as far as its middle must be to lie well within the image. */
export function boxWithin(image: Geometry, { side, grid }: HeadBox): HeadBox {
  return { side, grid: centredGrid(grid, withinImage(image, boxCentre(grid))) }
}

/** Row-major, the directions to the right, front and top in its columns, in LPS. */
function headAxes(image: Geometry): readonly number[] {
  const { direction } = image
  if (obliquity(direction) > MOST_TURNED) return RAS_IN_LPS
  return reorderGeometry(image, nearestAxisOrder(direction)).direction
}

/** The place nearest to a point that lies {@link MARGIN} within the image, or a quarter of its width where it is narrow. */
function withinImage(image: Geometry, point: Readonly<Triple>): Triple {
  const index = physicalToIndex(image, point).map((value, axis) => {
    const n = image.size[axis]!
    const margin = Math.min(MARGIN / image.spacing[axis]!, n / 4)
    return Math.min(Math.max(value, margin - 0.5), n - 0.5 - margin)
  })
  return indexToPhysical(image, index as Triple)
}
