import type { Triple } from '../../../../shared/geometry'
import type { Picture } from '../cases'

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
