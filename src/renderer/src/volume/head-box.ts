import type { Geometry, Triple } from '../../../shared/geometry'
import { axisVector, centreOf } from './grid'
import { addScaled, cross, dot, normalised, scaled, subtract } from './vector'

/** Edge of a box in millimetres: smaller holds no hippocampus, larger is no crop around one. */
export const LEAST_EDGE = 20
export const MOST_EDGE = 80

/** A face of a box: where one of its axes begins (−1) or ends (1). */
export interface BoxFace {
  readonly axis: 0 | 1 | 2
  readonly end: -1 | 1
}

/** Where a plane cuts a box: a convex polygon. */
export interface BoxSection {
  /** LPS millimetres, in order around the polygon. */
  readonly corners: readonly Triple[]
  /** The face of the box that the edge from each corner to the next lies in. */
  readonly faces: readonly BoxFace[]
}

const AXES = [0, 1, 2] as const
const FACES: readonly BoxFace[] = AXES.flatMap((axis) => [
  { axis, end: -1 } as const,
  { axis, end: 1 } as const
])
/** Less than a rounding error could be: corners so near are one, and so many voxels are whole. */
const SAME = 1e-6

/** Edges of a box in millimetres along its own axes; the voxels at its ends count in full. */
export function boxEdges({ size, spacing }: Geometry): Triple {
  return size.map((n, axis) => n * spacing[axis]!) as Triple
}

/** The eight corners in LPS millimetres; bit n of a corner's place says at which end of axis n it is. */
export function boxCorners(box: Geometry): Triple[] {
  const edges = boxEdges(box)
  return Array.from({ length: 8 }, (_, corner) =>
    AXES.reduce<Triple>(
      (at, axis) =>
        addScaled(at, axisVector(box, axis), ((corner >> axis) & 1 ? 0.5 : -0.5) * edges[axis]),
      centreOf(box)
    )
  )
}

/** The twelve edges as pairs of ends, LPS millimetres. */
export function boxLines(box: Geometry): [Triple, Triple][] {
  const corners = boxCorners(box)
  return AXES.flatMap((axis) =>
    corners.flatMap((from, corner): [Triple, Triple][] =>
      (corner >> axis) & 1 ? [] : [[from, corners[corner | (1 << axis)]!]]
    )
  )
}

/** Unit vector out of a face. */
export function faceNormal(box: Geometry, { axis, end }: BoxFace): Triple {
  return scaled(axisVector(box, axis), end)
}

/**
 * Cuts a box by a plane.
 *
 * @param point of the plane, LPS millimetres
 * @param normal of the plane, a unit vector
 * @returns null where they do not meet
 */
export function boxSection(
  box: Geometry,
  point: Readonly<Triple>,
  normal: Readonly<Triple>
): BoxSection | null {
  const centre = centreOf(box)
  const edges = boxEdges(box)
  const reach = Math.hypot(...edges)
  const middle = addScaled(centre, normal, dot(subtract(point, centre), normal))
  const right = normalised(cross(normal, axisVector(box, flattestAxis(box, normal))))
  const up = cross(normal, right)
  let polygon: Side[] = [
    [-1, -1],
    [1, -1],
    [1, 1],
    [-1, 1]
  ].map(([x, y]) => ({
    from: addScaled(addScaled(middle, right, x! * reach), up, y! * reach),
    face: null
  }))
  for (const face of FACES) {
    const out = faceNormal(box, face)
    polygon = cut(polygon, out, dot(centre, out) + edges[face.axis] / 2, face)
  }
  const sides = polygon.filter(
    ({ from }, n) => Math.hypot(...subtract(polygon[(n + 1) % polygon.length]!.from, from)) > SAME
  )
  if (sides.length < 3) return null
  // The square was larger than the box, so that nothing of its edges is left.
  return { corners: sides.map(({ from }) => from), faces: sides.map(({ face }) => face!) }
}

/** The same box elsewhere. @param by millimetres, LPS */
export function movedBox(box: Geometry, by: Readonly<Triple>): Geometry {
  return { ...box, origin: addScaled(box.origin, by, 1) }
}

/**
 * The box with one face moved by whole voxels while the others stay, within {@link LEAST_EDGE} and {@link MOST_EDGE}. A box that is
 * beyond them already is not changed further that way.
 *
 * @param outwards millimetres
 */
export function resizedBox(box: Geometry, face: BoxFace, outwards: number): Geometry {
  const before = box.size[face.axis]
  const spacing = box.spacing[face.axis]
  const least = Math.min(before, Math.ceil(LEAST_EDGE / spacing - SAME))
  const most = Math.max(before, Math.floor(MOST_EDGE / spacing + SAME))
  const after = Math.min(most, Math.max(least, Math.round(before + outwards / spacing)))
  const size = [...box.size] as Triple
  size[face.axis] = after
  if (face.end === 1) return { ...box, size }
  const shift = scaled(faceNormal(box, face), (after - before) * spacing)
  return { ...movedBox(box, shift), size }
}

/** A side of a polygon: from its corner to the next one's. */
interface Side {
  from: Triple
  face: BoxFace | null
}

/** What of a convex polygon lies where `out · p ≤ limit`. */
function cut(polygon: Side[], out: Triple, limit: number, face: BoxFace): Side[] {
  const kept: Side[] = []
  polygon.forEach((side, n) => {
    const next = polygon[(n + 1) % polygon.length]!.from
    const [here, there] = [dot(side.from, out) - limit, dot(next, out) - limit]
    if (here <= 0) kept.push(side)
    if (here <= 0 === there <= 0) return
    const from = addScaled(side.from, subtract(next, side.from), here / (here - there))
    kept.push({ from, face: here <= 0 ? face : side.face })
  })
  return kept
}

/** The axis of a box that lies nearest to a plane. */
function flattestAxis(box: Geometry, normal: Readonly<Triple>): number {
  const steepness = AXES.map((axis) => Math.abs(dot(axisVector(box, axis), normal)))
  return steepness.indexOf(Math.min(...steepness))
}
