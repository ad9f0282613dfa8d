import type { Geometry, Triple } from '../../shared/geometry'
import type { Roi } from '../volume/crop'
import { indexToPhysical, physicalToIndex } from '../volume/geometry'

/** Where in an image a network looked, and where that lies in its input. */
export interface InputPlace {
  imageSize: Triple
  /** Voxels of the image that were given to it; null for all. */
  roi: Roi | null
  /** The grid of those voxels, and the network's without padding. */
  source: Geometry
  canonical: Geometry
  /** Where the network's grid begins in the padded one. */
  paddedOffset: Triple
}

/** The voxel of the padded input that the centre of a voxel of the image lies in; null outside what the network saw. */
export function paddedVoxel(
  voxel: Triple,
  { imageSize, roi, source, canonical, paddedOffset }: InputPlace
): Triple | null {
  const start = roi?.start ?? [0, 0, 0]
  const local = voxel.map((n, axis) => n - start[axis]!) as Triple
  const index = physicalToIndex(canonical, indexToPhysical(source, local)).map((n) => Math.round(n))
  const isIn = (at: readonly number[], size: Triple): boolean =>
    at.every((n, axis) => n >= 0 && n < size[axis]!)
  const isSeen = isIn(voxel, imageSize) && isIn(local, source.size) && isIn(index, canonical.size)
  return isSeen ? (index.map((n, axis) => n + paddedOffset[axis]!) as Triple) : null
}
