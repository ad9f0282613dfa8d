import type { Triple } from '../../shared/geometry'

/** Sums over the cube of 2·radius + 1 voxels around each voxel, as far as it lies in the grid. */
export function boxSums(
  values: Float32Array,
  size: Readonly<Triple>,
  radius: number
): Float32Array {
  let sums = values
  const strides = [1, size[0], size[0] * size[1]]
  for (let axis = 0; axis < 3; axis++) {
    const out = new Float32Array(sums.length)
    const [stride, length] = [strides[axis]!, size[axis]!]
    for (let n = 0; n < sums.length; n++) {
      const at = Math.floor(n / stride) % length
      const from = Math.max(-at, -radius)
      const to = Math.min(length - 1 - at, radius)
      let sum = 0
      for (let step = from; step <= to; step++) sum += sums[n + step * stride]!
      out[n] = sum
    }
    sums = out
  }
  return sums
}
