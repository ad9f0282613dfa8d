import type { CaseImage } from '../../../../shared/api/cases'
import { pictureOf, type Picture } from '../cases'

/** One slice of an image with the outlines of a mask on it. */
export interface OutlinedSlice {
  picture: Picture
  /** Label of each pixel. */
  labels: Uint8Array
}

/**
 * A slice as radiology shows it, with the labels of a mask in the same pixels.
 *
 * @param voxels of the image, x fastest
 */
export function outlinedSlice(
  image: CaseImage,
  voxels: Float32Array,
  mask: Uint8Array,
  slice: number
): OutlinedSlice {
  const [nx, ny] = image.geometry.size
  const length = nx * ny
  const part = mask.subarray(slice * length, (slice + 1) * length)
  const labels = new Uint8Array(length)
  for (const label of new Set(part)) {
    if (label === 0) continue
    // Turned and mirrored like the image itself.
    const own = pictureOf(
      Float32Array.from(part, (one) => (one === label ? 1 : 0)),
      { ...image, window: { low: 0, high: 1 } }
    )
    own.values.forEach((value, n) => {
      if (value > 0) labels[n] = label
    })
  }
  return {
    picture: pictureOf(voxels.subarray(slice * length, (slice + 1) * length), image),
    labels
  }
}
