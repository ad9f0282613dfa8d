import type { Geometry, Triple } from '../../shared/geometry'
import { reorder, reorderGeometry, type AxisOrder } from './orientation'
import type { CanonicalMapping } from './resample'
import type { Volume } from './volume'

/** The same voxels in the same places, stored from right to left where they were stored from left to right. */
const MIRRORED: AxisOrder = { axes: [0, 1, 2], flipped: [true, false, false] }

/**
 * On which hand an image is the brighter: Σ x · I, x from the middle along the first axis. Of the mirror image it is exactly the negative, since both are sums of the
 * same differences in the same order.
 *
 * @param voxels x fastest
 */
export function handedness(voxels: Float32Array, [nx, ny, nz]: Readonly<Triple>): number {
  let sum = 0
  for (let row = 0; row < nx * ny * nz; row += nx) {
    for (let i = 0; 2 * i < nx - 1; i++) {
      sum += (nx - 1 - 2 * i) * (voxels[row + nx - 1 - i]! - voxels[row + i]!)
    }
  }
  return sum
}

/** The same grid, stored from right to left where it was stored from left to right. */
export function mirroredGeometry(geometry: Geometry): Geometry {
  return reorderGeometry(geometry, MIRRORED)
}

/** A canonical image that is stored from right to left, and the way back from it. */
export function mirrored({ volume, mapping }: { volume: Volume; mapping: CanonicalMapping }): {
  volume: Volume
  mapping: CanonicalMapping
} {
  const turned = reorder(volume, MIRRORED)
  const { exact } = mapping
  return {
    volume: turned,
    mapping: {
      ...mapping,
      canonical: turned.geometry,
      exact: exact && { ...exact, flipped: [!exact.flipped[0], exact.flipped[1], exact.flipped[2]] }
    }
  }
}
