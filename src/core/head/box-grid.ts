import type { Geometry, Triple } from '../../shared/geometry'
import { linearPart, multiply3, transformPoint } from '../volume/affine'
import { nearestOrthonormal, type Affine } from '../volume/geometry'

/** Millimetres of a box that holds a hippocampus wherever the registration is off by some, and by a generous atlas's bounds. */
export const BOX_SIZE: Readonly<Triple> = [52, 68, 52]

/**
 * Voxels of 1 mm that a network looks at at once: the crops that it was trained on (35×50×36 in the mean), padded as it pads them. More
 * surroundings make its masks worse.
 */
export const WINDOW_SIZE: Readonly<Triple> = [40, 56, 40]

/** Added on every side each time a mask touches the edge of its window, mm. */
export const ENLARGEMENT = 6

/**
 * How far boxes are turned about the left-right axis against the template, in radians, the front upwards. The hippocampi of the training crops
 * descend by 24° to the front in the mean (standard deviation 7°), the template's by 39°; 10° brings them within the spread
 * that the networks have seen.
 */
const PITCH = (10 * Math.PI) / 180

/** Columns are the directions right, front and up, in LPS. */
export const RAS_IN_LPS: readonly number[] = [-1, 0, 0, 0, -1, 0, 0, 0, 1]

/**
 * The grid of 1 mm voxels around a place of a head, with axes to the right, front and top of the head itself, whatever the axes of its scan.
 *
 * @param transform template to scan, LPS millimetres; its rotation alone turns the box
 * @param centre of the box in the scan, LPS millimetres
 * @throws RangeError where the transform is singular
 */
export function boxGrid(
  transform: Affine,
  centre: Readonly<Triple>,
  size: Readonly<Triple> = BOX_SIZE
): Geometry {
  const rotation = nearestOrthonormal(linearPart(transform))
  if (rotation === null) throw new RangeError('the transform of the head is singular')
  const [cos, sin] = [Math.cos(PITCH), Math.sin(PITCH)]
  const turned = multiply3([1, 0, 0, 0, cos, -sin, 0, sin, cos], RAS_IN_LPS)
  const direction = multiply3(rotation, turned)
  return centredGrid({ size: [...size], spacing: [1, 1, 1], origin: [0, 0, 0], direction }, centre)
}

/** The window in the middle of a box that a network looks at first; a smaller box is looked at whole. */
export function windowOf(box: Geometry): Geometry {
  const size = box.size.map((n, axis) =>
    Math.min(Math.round(n * box.spacing[axis]!), WINDOW_SIZE[axis]!)
  ) as Triple
  return centredGrid({ ...box, size, spacing: [1, 1, 1] }, boxCentre(box))
}

/** The same grid with its middle at another place. */
export function centredGrid(grid: Geometry, centre: Readonly<Triple>): Geometry {
  const middle = boxCentre({ ...grid, origin: [0, 0, 0] })
  return { ...grid, origin: centre.map((value, axis) => value - middle[axis]!) as Triple }
}

/** The same grid with more voxels on every side. */
export function enlargedGrid(grid: Geometry, millimetres: number): Geometry {
  const size = grid.size.map(
    (n, axis) => n + 2 * Math.ceil(millimetres / grid.spacing[axis]!)
  ) as Triple
  return centredGrid({ ...grid, size }, boxCentre(grid))
}

/** The same grid turned in its middle about its first axis, which runs from side to side, by so many degrees: what it shows has its front that much higher. */
export function tiltedGrid(grid: Geometry, degrees: number): Geometry {
  const angle = (degrees * Math.PI) / 180
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)]
  const direction = multiply3(grid.direction, [1, 0, 0, 0, cos, sin, 0, -sin, cos])
  return centredGrid({ ...grid, direction }, boxCentre(grid))
}

/** The middle of a grid, LPS millimetres. */
export function boxCentre(grid: Geometry): Triple {
  const [x, y, z] = grid.size.map((n, axis) => ((n - 1) / 2) * grid.spacing[axis]!) as Triple
  const { direction: d, origin: o } = grid
  return transformPoint(
    [d[0]!, d[1]!, d[2]!, o[0], d[3]!, d[4]!, d[5]!, o[1], d[6]!, d[7]!, d[8]!, o[2]],
    [x, y, z]
  )
}
