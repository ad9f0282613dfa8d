import type { Geometry, Triple } from '../../shared/geometry'
import { indexToPhysical, physicalToIndex } from './geometry'

/** Affine map between the voxel indices of two grids: row-major 3×4. */
export type IndexMap = readonly number[]

/** The map that gives, for a voxel index of `from`, the continuous index of the same place in `to`. */
export function indexMap(from: Geometry, to: Geometry): IndexMap {
  const at = (index: Triple): Triple => physicalToIndex(to, indexToPhysical(from, index))
  const origin = at([0, 0, 0])
  const columns = [at([1, 0, 0]), at([0, 1, 0]), at([0, 0, 1])]
  return [0, 1, 2].flatMap((row) => [
    ...columns.map((column) => column[row]! - origin[row]!),
    origin[row]!
  ])
}

/**
 * Samples values at every voxel of another grid by trilinear interpolation. Places outside take the nearest edge.
 *
 * @param values on a grid of `size`, `channels` of them per voxel, innermost
 * @param target size of the grid to fill
 * @param map indices of the target grid to indices of the source grid
 */
export function sampleLinear(
  values: Float32Array,
  size: Readonly<Triple>,
  channels: number,
  target: Readonly<Triple>,
  map: IndexMap
): Float32Array {
  const out = new Float32Array(target[0] * target[1] * target[2] * channels)
  eachCorner(size, target, map, (voxel, corners, weights) => {
    for (let c = 0; c < channels; c++) {
      let sum = 0
      for (let n = 0; n < 8; n++) sum += weights[n]! * values[corners[n]! * channels + c]!
      out[voxel * channels + c] = sum
    }
  })
  return out
}

/**
 * Samples a label map at every voxel of another grid: of the labels at the eight corners around a place the one with the
 * largest trilinear weight, the lower label where two weigh the same.
 */
export function sampleLabels(
  labels: Uint8Array,
  size: Readonly<Triple>,
  target: Readonly<Triple>,
  map: IndexMap
): Uint8Array {
  const out = new Uint8Array(target[0] * target[1] * target[2])
  const votes = new Float64Array(256)
  eachCorner(size, target, map, (voxel, corners, weights) => {
    for (let n = 0; n < 8; n++) votes[labels[corners[n]!]!]! += weights[n]!
    let best = labels[corners[0]!]!
    for (let n = 1; n < 8; n++) {
      const label = labels[corners[n]!]!
      const lead = votes[label]! - votes[best]!
      // Weights that add up to the same vote in another order may differ in the last bits.
      if (lead > 1e-12 || (lead > -1e-12 && label < best)) best = label
    }
    out[voxel] = best
    for (let n = 0; n < 8; n++) votes[labels[corners[n]!]!] = 0
  })
  return out
}

type Visit = (voxel: number, corners: Int32Array, weights: Float64Array) => void

/** Visits each voxel of the target with the eight source voxels around its place and their trilinear weights. */
function eachCorner(
  size: Readonly<Triple>,
  target: Readonly<Triple>,
  map: IndexMap,
  visit: Visit
): void {
  const corners = new Int32Array(8)
  const weights = new Float64Array(8)
  const stride = [1, size[0], size[0] * size[1]]
  const low = new Int32Array(3)
  const high = new Int32Array(3)
  const part = new Float64Array(3)
  let voxel = 0
  for (let k = 0; k < target[2]; k++) {
    for (let j = 0; j < target[1]; j++) {
      for (let i = 0; i < target[0]; i++) {
        for (let axis = 0; axis < 3; axis++) {
          const row = 4 * axis
          const place = map[row]! * i + map[row + 1]! * j + map[row + 2]! * k + map[row + 3]!
          const last = size[axis]! - 1
          const inside = place < 0 ? 0 : place > last ? last : place
          const below = Math.floor(inside)
          low[axis] = below * stride[axis]!
          high[axis] = Math.min(below + 1, last) * stride[axis]!
          part[axis] = inside - below
        }
        for (let n = 0; n < 8; n++) {
          const x = n & 1
          const y = n & 2
          const z = n & 4
          corners[n] =
            (x ? high[0]! : low[0]!) + (y ? high[1]! : low[1]!) + (z ? high[2]! : low[2]!)
          weights[n] =
            (x ? part[0]! : 1 - part[0]!) *
            (y ? part[1]! : 1 - part[1]!) *
            (z ? part[2]! : 1 - part[2]!)
        }
        visit(voxel++, corners, weights)
      }
    }
  }
}
