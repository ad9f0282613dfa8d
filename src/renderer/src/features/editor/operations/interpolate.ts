import type { Triple } from '../../../../../shared/geometry'
import { signedDistance } from './distance'
import type { Edit } from './edit'

/**
 * Fills the empty slices between slices where a label is drawn, by the shape half-way between its outlines (Raya and Udupa
 * 1990: linear interpolation of signed distances). Voxels that have another label keep it.
 *
 * @param spacing millimetres
 * @param axis stored axis across the slices
 */
export function interpolateSlices(
  size: Readonly<Triple>,
  spacing: Readonly<Triple>,
  mask: Uint8Array,
  label: number,
  axis: number
): Edit {
  const [a, b] = [0, 1, 2].filter((one) => one !== axis) as [number, number]
  const [width, height] = [size[a]!, size[b]!]
  const stride = [1, size[0], size[0] * size[1]] as const
  const place = (x: number, y: number, slice: number): number =>
    x * stride[a]! + y * stride[b]! + slice * stride[axis]!
  const shapeOf = (slice: number): Uint8Array => {
    const shape = new Uint8Array(width * height)
    for (let y = 0, n = 0; y < height; y++) {
      for (let x = 0; x < width; x++, n++) shape[n] = mask[place(x, y, slice)] === label ? 1 : 0
    }
    return shape
  }
  const drawn: { slice: number; shape: Uint8Array }[] = []
  for (let slice = 0; slice < size[axis]!; slice++) {
    const shape = shapeOf(slice)
    if (shape.includes(1)) drawn.push({ slice, shape })
  }

  const offsets: number[] = []
  drawn.slice(1).forEach((to, n) => {
    const from = drawn[n]!
    if (to.slice - from.slice < 2) return
    const units = [spacing[a]!, spacing[b]!] as const
    const before = signedDistance(from.shape, width, height, units)
    const after = signedDistance(to.shape, width, height, units)
    for (let slice = from.slice + 1; slice < to.slice; slice++) {
      const along = (slice - from.slice) / (to.slice - from.slice)
      for (let y = 0, p = 0; y < height; y++) {
        for (let x = 0; x < width; x++, p++) {
          if ((1 - along) * before[p]! + along * after[p]! >= 0) continue
          const offset = place(x, y, slice)
          if (mask[offset] === 0) offsets.push(offset)
        }
      }
    }
  })
  return {
    offsets: Uint32Array.from(offsets),
    labels: new Uint8Array(offsets.length).fill(label)
  }
}
