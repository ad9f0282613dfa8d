import type { Geometry, Triple } from '../../../shared/geometry'
import { indexToMm } from './grid'

/** A closed surface of triangles in LPS millimetres, their corners counter-clockwise seen from outside. */
export interface Surface {
  /** x, y, z a point. */
  points: Float32Array<ArrayBuffer>
  /** Three point numbers a triangle. */
  triangles: Uint32Array<ArrayBuffer>
  /** Unit vectors that point outwards, one a point. */
  normals: Float32Array<ArrayBuffer>
}

/** Passes of smoothing with a step inwards and one outwards, which takes the staircase off and keeps the volume. */
const SMOOTHING_PASSES = 8
const INWARDS = 0.5
const OUTWARDS = -0.53

/**
 * The surface of one label by naive surface nets (Gibson 1998): a point in every cell of eight voxels that the boundary
 * passes, a quadrilateral across every edge between a voxel inside and one outside.
 */
export function labelSurface(geometry: Geometry, labels: Uint8Array, label: number): Surface {
  const box = boundingBox(geometry.size, labels, label)
  if (box === null) return emptySurface()
  const { points, triangles } = surfaceNet(geometry.size, labels, label, box)
  smooth(points, triangles)
  toMillimetres(geometry, points)
  // A mirrored direction turns the triangles inside out.
  if (determinant(geometry.direction) < 0) turnRound(triangles)
  return { points, triangles, normals: normalsOf(points, triangles) }
}

export function emptySurface(): Surface {
  return {
    points: new Float32Array(),
    triangles: new Uint32Array(),
    normals: new Float32Array()
  }
}

/** Volume inside a closed surface, mm³; positive where the triangles look outwards. */
export function enclosedVolume({ points, triangles }: Surface): number {
  let sum = 0
  for (let t = 0; t < triangles.length; t += 3) {
    const [a, b, c] = [triangles[t]! * 3, triangles[t + 1]! * 3, triangles[t + 2]! * 3]
    const [ax, ay, az] = [points[a]!, points[a + 1]!, points[a + 2]!]
    const [bx, by, bz] = [points[b]!, points[b + 1]!, points[b + 2]!]
    const [cx, cy, cz] = [points[c]!, points[c + 1]!, points[c + 2]!]
    sum += ax * (by * cz - bz * cy) + ay * (bz * cx - bx * cz) + az * (bx * cy - by * cx)
  }
  return sum / 6
}

/** First and last voxel of a label on each axis, or null where there is none. */
export function boundingBox(
  size: Readonly<Triple>,
  labels: Uint8Array,
  label: number
): { min: Triple; max: Triple } | null {
  const min: Triple = [...size]
  const max: Triple = [-1, -1, -1]
  // From one row with the label to the next: looking for it from every row on would read the empty part of a head again and again.
  for (let first = labels.indexOf(label); first >= 0;) {
    const row = Math.floor(first / size[0])
    const next = (row + 1) * size[0]
    const last = labels.subarray(first, next).lastIndexOf(label)
    const ends: Triple = [first % size[0], row % size[1], Math.floor(row / size[1])]
    for (let axis = 0; axis < 3; axis++) {
      min[axis] = Math.min(min[axis]!, ends[axis]!)
      max[axis] = Math.max(max[axis]!, ends[axis]! + (axis === 0 ? last : 0))
    }
    first = labels.indexOf(label, next)
  }
  return max[0] < 0 ? null : { min, max }
}

/** In voxel indices; a cell is named by its lowest corner, which may lie one voxel before the box. */
function surfaceNet(
  size: Readonly<Triple>,
  labels: Uint8Array,
  label: number,
  box: { min: Triple; max: Triple }
): Pick<Surface, 'points' | 'triangles'> {
  const first = box.min.map((n) => n - 1) as Triple
  const cells = box.max.map((n, axis) => n - first[axis]! + 1) as Triple
  const rowCells = cells[0]
  const sliceCells = cells[0] * cells[1]
  const pointOf = new Int32Array(sliceCells * cells[2]).fill(-1)
  const inside = (i: number, j: number, k: number): boolean =>
    i >= 0 &&
    j >= 0 &&
    k >= 0 &&
    i < size[0] &&
    j < size[1] &&
    k < size[2] &&
    labels[i + size[0] * (j + size[1] * k)] === label

  const points: number[] = []
  const triangles: number[] = []
  const quad = (a: number, b: number, c: number, d: number): void => {
    triangles.push(pointOf[a]!, pointOf[b]!, pointOf[c]!, pointOf[a]!, pointOf[c]!, pointOf[d]!)
  }
  let cell = 0
  for (let z = 0; z < cells[2]; z++) {
    for (let y = 0; y < cells[1]; y++) {
      for (let x = 0; x < cells[0]; x++, cell++) {
        const [i, j, k] = [x + first[0], y + first[1], z + first[2]]
        let corners = 0
        for (let c = 0; c < 8; c++) {
          if (inside(i + (c & 1), j + ((c >> 1) & 1), k + (c >> 2))) corners |= 1 << c
        }
        if (corners === 0 || corners === 255) continue
        pointOf[cell] = points.length / 3
        points.push(...cellPoint(corners, i, j, k))
        // The three edges from the lowest corner; each has its four cells behind this one, so their points are there.
        const here = (corners & 1) !== 0
        if (here !== ((corners & 2) !== 0) && y > 0 && z > 0) {
          const [a, b, c, d] = [
            cell,
            cell - rowCells,
            cell - rowCells - sliceCells,
            cell - sliceCells
          ]
          if (here) quad(a, b, c, d)
          else quad(a, d, c, b)
        }
        if (here !== ((corners & 4) !== 0) && x > 0 && z > 0) {
          const [a, b, c, d] = [cell, cell - sliceCells, cell - sliceCells - 1, cell - 1]
          if (here) quad(a, b, c, d)
          else quad(a, d, c, b)
        }
        if (here !== ((corners & 16) !== 0) && x > 0 && y > 0) {
          const [a, b, c, d] = [cell, cell - 1, cell - 1 - rowCells, cell - rowCells]
          if (here) quad(a, b, c, d)
          else quad(a, d, c, b)
        }
      }
    }
  }
  return { points: Float32Array.from(points), triangles: Uint32Array.from(triangles) }
}

/** Mean of the middles of the edges that the boundary crosses. */
function cellPoint(corners: number, i: number, j: number, k: number): Triple {
  const sum: Triple = [0, 0, 0]
  let count = 0
  for (let a = 0; a < 8; a++) {
    for (const bit of [1, 2, 4]) {
      const b = a | bit
      if (b === a || ((corners >> a) & 1) === ((corners >> b) & 1)) continue
      sum[0] += ((a & 1) + (b & 1)) / 2
      sum[1] += (((a >> 1) & 1) + ((b >> 1) & 1)) / 2
      sum[2] += ((a >> 2) + (b >> 2)) / 2
      count++
    }
  }
  return [i + sum[0] / count, j + sum[1] / count, k + sum[2] / count]
}

/** Taubin's smoothing (1995): the mean of the neighbours, a step towards it and a larger one back. */
function smooth(points: Float32Array, triangles: Uint32Array): void {
  const sums = new Float32Array(points.length)
  const counts = new Float32Array(points.length / 3)
  for (let pass = 0; pass < 2 * SMOOTHING_PASSES; pass++) {
    sums.fill(0)
    counts.fill(0)
    for (let t = 0; t < triangles.length; t += 3) {
      for (let corner = 0; corner < 3; corner++) {
        const a = triangles[t + corner]!
        const b = triangles[t + ((corner + 1) % 3)]!
        for (let axis = 0; axis < 3; axis++) {
          sums[3 * a + axis]! += points[3 * b + axis]!
          sums[3 * b + axis]! += points[3 * a + axis]!
        }
        counts[a]!++
        counts[b]!++
      }
    }
    const step = pass % 2 === 0 ? INWARDS : OUTWARDS
    for (let p = 0; p < counts.length; p++) {
      if (counts[p] === 0) continue
      for (let n = 3 * p; n < 3 * p + 3; n++) {
        points[n]! += step * (sums[n]! / counts[p]! - points[n]!)
      }
    }
  }
}

function toMillimetres(geometry: Geometry, points: Float32Array): void {
  for (let n = 0; n < points.length; n += 3) {
    points.set(indexToMm(geometry, [points[n]!, points[n + 1]!, points[n + 2]!]), n)
  }
}

function turnRound(triangles: Uint32Array): void {
  for (let t = 0; t < triangles.length; t += 3) {
    const second = triangles[t + 1]!
    triangles[t + 1] = triangles[t + 2]!
    triangles[t + 2] = second
  }
}

function normalsOf(points: Float32Array, triangles: Uint32Array): Float32Array<ArrayBuffer> {
  const normals = new Float32Array(points.length)
  for (let t = 0; t < triangles.length; t += 3) {
    const [a, b, c] = [triangles[t]! * 3, triangles[t + 1]! * 3, triangles[t + 2]! * 3]
    const [ux, uy, uz] = [0, 1, 2].map((n) => points[b + n]! - points[a + n]!) as Triple
    const [vx, vy, vz] = [0, 1, 2].map((n) => points[c + n]! - points[a + n]!) as Triple
    const normal = [uy * vz - uz * vy, uz * vx - ux * vz, ux * vy - uy * vx]
    for (const corner of [a, b, c]) {
      for (let n = 0; n < 3; n++) normals[corner + n]! += normal[n]!
    }
  }
  for (let n = 0; n < normals.length; n += 3) {
    const length = Math.hypot(normals[n]!, normals[n + 1]!, normals[n + 2]!) || 1
    for (let axis = 0; axis < 3; axis++) normals[n + axis]! /= length
  }
  return normals
}

function determinant(m: readonly number[]): number {
  return (
    m[0]! * (m[4]! * m[8]! - m[5]! * m[7]!) -
    m[1]! * (m[3]! * m[8]! - m[5]! * m[6]!) +
    m[2]! * (m[3]! * m[7]! - m[4]! * m[6]!)
  )
}
