import type { Random } from '../random'
import type { AugmentationOptions } from './options'
import type { TrainingCase } from './training-case'

/** Control points of the elastic deformation along each axis. */
const ELASTIC_POINTS = 5

/** From a sample's voxel (relative to its centre) to the source's (relative to its centre). */
export interface SpatialMap {
  /** Row-major 3×3. */
  matrix: number[]
  shift: number[]
  /** Displacements of ELASTIC_POINTS³ control points × 3, or null. */
  elastic: Float32Array | null
}

function identityMap(): SpatialMap {
  return { matrix: [1, 0, 0, 0, 1, 0, 0, 0, 1], shift: [0, 0, 0], elastic: null }
}

/** The case as it is: whole voxels onto whole voxels, the odd one where the padding at inference puts it. */
export function centredMap(
  size: TrainingCase['size'],
  target: [number, number, number]
): SpatialMap {
  const shift = size.map((n, axis) => ((target[axis]! - n) % 2 === 0 ? 0 : 0.5))
  return { ...identityMap(), shift }
}

export function randomMap(random: Random, options: AugmentationOptions): SpatialMap {
  const map = identityMap()
  map.shift = [0, 0, 0].map(() => random.between(-options.shiftVoxels, options.shiftVoxels))
  if (random.chance(options.affine)) {
    const limit = (options.rotationDegrees * Math.PI) / 180
    const scale = Math.exp(random.between(Math.log(options.scale[0]), Math.log(options.scale[1])))
    const angles = [0, 1, 2].map(() => random.between(-limit, limit))
    map.matrix = rotation(angles as [number, number, number]).map((value) => value / scale)
  }
  if (random.chance(options.flip)) {
    map.matrix = map.matrix.map((value, i) => (i < 3 ? -value : value))
  }
  if (random.chance(options.elastic)) {
    const strength = random.between(0, options.elasticVoxels)
    map.elastic = Float32Array.from(
      { length: 3 * ELASTIC_POINTS ** 3 },
      () => strength * random.gaussian()
    )
  }
  return map
}

/** Rz·Ry·Rx. */
function rotation([x, y, z]: [number, number, number]): number[] {
  const [cx, sx, cy, sy, cz, sz] = [x, y, z].flatMap((a) => [Math.cos(a), Math.sin(a)]) as [
    number,
    number,
    number,
    number,
    number,
    number
  ]
  return [
    cz * cy,
    cz * sy * sx - sz * cx,
    cz * sy * cx + sz * sx,
    sz * cy,
    sz * sy * sx + cz * cx,
    sz * sy * cx - cz * sx,
    -sy,
    cy * sx,
    cy * cx
  ]
}

export interface Resampled {
  image: Float32Array
  labels: Uint8Array
  /** How much of each voxel shows the case: 1 inside, 0 beyond, between where the border is interpolated. */
  covered: Float32Array
}

/** Trilinear for the image; for the labels the class with the largest trilinear weight. */
export function resampled(
  source: TrainingCase,
  [tx, ty, tz]: [number, number, number],
  map: SpatialMap
): Resampled {
  const [nx, ny, nz] = source.size
  const image = new Float32Array(tx * ty * tz)
  const labels = new Uint8Array(tx * ty * tz)
  const covered = new Float32Array(tx * ty * tz)
  const [m0, m1, m2, m3, m4, m5, m6, m7, m8] = map.matrix as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number
  ]
  const [s0, s1, s2] = map.shift as [number, number, number]
  const bend = map.elastic ? elasticDisplacement(map.elastic, [tx, ty, tz]) : null
  const displacement = new Float64Array(3)
  const weights = new Float64Array(8)
  const votes = new Float64Array(1 + source.labels.reduce((max, label) => Math.max(max, label), 0))
  let at = 0
  for (let k = 0; k < tz; k++) {
    const dz = k - (tz - 1) / 2
    for (let j = 0; j < ty; j++) {
      const dy = j - (ty - 1) / 2
      for (let i = 0; i < tx; i++, at++) {
        const dx = i - (tx - 1) / 2
        if (bend) bend(i, j, k, displacement)
        const x = m0 * dx + m1 * dy + m2 * dz + s0 + displacement[0]! + (nx - 1) / 2
        const y = m3 * dx + m4 * dy + m5 * dz + s1 + displacement[1]! + (ny - 1) / 2
        const z = m6 * dx + m7 * dy + m8 * dz + s2 + displacement[2]! + (nz - 1) / 2
        const x0 = Math.floor(x)
        const y0 = Math.floor(y)
        const z0 = Math.floor(z)
        if (x0 < -1 || y0 < -1 || z0 < -1 || x0 >= nx || y0 >= ny || z0 >= nz) continue
        cornerWeights(x - x0, y - y0, z - z0, weights)
        let sum = 0
        let share = 0
        let best = 0
        let bestVotes = 0
        for (let corner = 0; corner < 8; corner++) {
          const cx = x0 + (corner & 1)
          const cy = y0 + ((corner >> 1) & 1)
          const cz = z0 + (corner >> 2)
          const weight = weights[corner]!
          const inside = cx >= 0 && cy >= 0 && cz >= 0 && cx < nx && cy < ny && cz < nz
          const index = cx + nx * (cy + ny * cz)
          const label = inside ? source.labels[index]! : 0
          if (inside) {
            sum += weight * source.image[index]!
            share += weight
          }
          const tally = (votes[label] = votes[label]! + weight)
          if (tally > bestVotes) {
            bestVotes = tally
            best = label
          }
        }
        votes.fill(0)
        image[at] = sum
        labels[at] = best
        covered[at] = share
      }
    }
  }
  return { image, labels, covered }
}

/** Trilinear weights of the eight voxels around a point; bits 0, 1 and 2 of a corner's number say which lie above it in x, y and z. */
function cornerWeights(fx: number, fy: number, fz: number, out: Float64Array): void {
  for (let corner = 0; corner < 8; corner++) {
    out[corner] =
      (corner & 1 ? fx : 1 - fx) * (corner & 2 ? fy : 1 - fy) * (corner & 4 ? fz : 1 - fz)
  }
}

/** Trilinear interpolation between control points spread evenly over the sample. */
function elasticDisplacement(
  points: Float32Array,
  size: [number, number, number]
): (i: number, j: number, k: number, out: Float64Array) => void {
  const p = ELASTIC_POINTS
  const step = size.map((n) => (p - 1.0001) / (n - 1)) as [number, number, number]
  const weights = new Float64Array(8)
  return (i, j, k, out) => {
    const x = i * step[0]
    const y = j * step[1]
    const z = k * step[2]
    const x0 = x | 0
    const y0 = y | 0
    const z0 = z | 0
    cornerWeights(x - x0, y - y0, z - z0, weights)
    out[0] = out[1] = out[2] = 0
    for (let corner = 0; corner < 8; corner++) {
      const weight = weights[corner]!
      const base =
        3 * (x0 + (corner & 1) + p * (y0 + ((corner >> 1) & 1) + p * (z0 + (corner >> 2))))
      out[0] = out[0]! + weight * points[base]!
      out[1] = out[1]! + weight * points[base + 1]!
      out[2] = out[2]! + weight * points[base + 2]!
    }
  }
}
