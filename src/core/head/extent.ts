import type { Triple } from '../../shared/geometry'

/** The smallest box of voxels that holds every voxel that is not 0, both ends inclusive. */
export interface Extent {
  low: Triple
  high: Triple
}

/** @returns null for an empty mask */
export function maskExtent(mask: Uint8Array, size: Readonly<Triple>): Extent | null {
  const low: Triple = [Infinity, Infinity, Infinity]
  const high: Triple = [-1, -1, -1]
  let n = 0
  for (let k = 0; k < size[2]; k++) {
    for (let j = 0; j < size[1]; j++) {
      for (let i = 0; i < size[0]; i++, n++) {
        if (mask[n] === 0) continue
        const at = [i, j, k]
        for (let axis = 0; axis < 3; axis++) {
          low[axis] = Math.min(low[axis]!, at[axis]!)
          high[axis] = Math.max(high[axis]!, at[axis]!)
        }
      }
    }
  }
  return high[0] < 0 ? null : { low, high }
}

/** Whether a mask reaches the outermost voxels of its grid, so that some of the structure may lie outside. */
export function touchesEdge({ low, high }: Extent, size: Readonly<Triple>): boolean {
  return low.some((value) => value === 0) || high.some((value, axis) => value === size[axis]! - 1)
}

/** The middle of an extent, in continuous voxel indices. */
export function extentCentre({ low, high }: Extent): Triple {
  return low.map((value, axis) => (value + high[axis]!) / 2) as Triple
}
