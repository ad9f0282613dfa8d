import type { CaseImage } from '../../../../shared/api/cases'
import type { Triple } from '../../../../shared/geometry'
import { pictureOf, type Picture } from '../cases'

/** One slice of an image with the outlines of a mask on it. */
export interface OutlinedSlice {
  picture: Picture
  /** Label of each pixel. */
  labels: Uint8Array
}

/** Pixels of a picture: from `left` and `top`, so many. */
export interface Frame {
  left: number
  top: number
  width: number
  height: number
}

/** Which slice across the third stored axis shows most of some masks; the middle one where all are empty. */
export function fullestSlice(masks: readonly Uint8Array[], [nx, ny, nz]: Readonly<Triple>): number {
  const length = nx * ny
  let best = { slice: Math.floor(nz / 2), voxels: 0 }
  for (let slice = 0; slice < nz; slice++) {
    let voxels = 0
    for (const mask of masks) {
      for (let n = slice * length; n < (slice + 1) * length; n++) if (mask[n] !== 0) voxels++
    }
    if (voxels > best.voxels) best = { slice, voxels }
  }
  return best.slice
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

/** The pixels around some masks of one picture, with a margin on each side; all of them where the masks are empty. */
export function frameAround(
  masks: readonly Uint8Array[],
  { width, height }: Pick<Picture, 'width' | 'height'>,
  margin: number
): Frame {
  let [left, top, right, bottom] = [width, height, -1, -1]
  for (const mask of masks) {
    mask.forEach((label, n) => {
      if (label === 0) return
      const [x, y] = [n % width, Math.floor(n / width)]
      left = Math.min(left, x)
      right = Math.max(right, x)
      top = Math.min(top, y)
      bottom = Math.max(bottom, y)
    })
  }
  if (right < 0) return { left: 0, top: 0, width, height }
  const [x0, y0] = [Math.max(0, left - margin), Math.max(0, top - margin)]
  return {
    left: x0,
    top: y0,
    width: Math.min(width, right + margin + 1) - x0,
    height: Math.min(height, bottom + margin + 1) - y0
  }
}

/** A piece of a label's outline, along an edge of its pixels. */
export interface Edge {
  label: number
  from: readonly [number, number]
  to: readonly [number, number]
}

/** The edges of all pixels with a label where the neighbour has another; corners of pixels are whole numbers. */
export function outlineEdges(labels: Uint8Array, width: number): Edge[] {
  const height = labels.length / width
  const edges: Edge[] = []
  const at = (x: number, y: number): number =>
    x < 0 || y < 0 || x >= width || y >= height ? 0 : labels[x + width * y]!
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const label = at(x, y)
      if (label === 0) continue
      if (at(x - 1, y) !== label) edges.push({ label, from: [x, y], to: [x, y + 1] })
      if (at(x + 1, y) !== label) edges.push({ label, from: [x + 1, y], to: [x + 1, y + 1] })
      if (at(x, y - 1) !== label) edges.push({ label, from: [x, y], to: [x + 1, y] })
      if (at(x, y + 1) !== label) edges.push({ label, from: [x, y + 1], to: [x + 1, y + 1] })
    }
  }
  return edges
}
