import type { Triple } from '../../shared/geometry'

/**
 * Squared Euclidean distance in mm² from each voxel's centre to the nearest seed's, exact and anisotropic: lower envelopes
 * of parabolas, one axis after another (Felzenszwalb and Huttenlocher 2012, Theory of Computing 8:415).
 *
 * @param seeds not 0 where the distance is 0; without any seed every distance is Infinity
 */
export function squaredDistances(
  seeds: Uint8Array,
  size: Readonly<Triple>,
  spacing: Readonly<Triple>
): Float64Array {
  const field = new Float64Array(seeds.length)
  for (let n = 0; n < seeds.length; n++) field[n] = seeds[n] === 0 ? Infinity : 0
  const longest = Math.max(...size)
  const line = new Float64Array(longest)
  const vertex = new Int32Array(longest)
  const border = new Float64Array(longest + 1)
  for (let axis = 0; axis < 3; axis++) {
    const length = size[axis]!
    const stride = size.slice(0, axis).reduce((a, b) => a * b, 1)
    const step = spacing[axis]! ** 2
    for (let start = 0; start < field.length; start++) {
      // Each line begins where its index along the axis is 0.
      if (Math.floor(start / stride) % length !== 0) continue
      for (let n = 0; n < length; n++) line[n] = field[start + n * stride]!
      const parabolas = lowerEnvelope(line, length, step, vertex, border)
      if (parabolas === 0) continue
      let p = 0
      for (let n = 0; n < length; n++) {
        while (border[p + 1]! < n) p++
        const from = vertex[p]!
        field[start + n * stride] = step * (n - from) ** 2 + line[from]!
      }
    }
  }
  return field
}

/** Fills `vertex` with the parabolas of the envelope and `border` with where each begins; returns how many there are. */
function lowerEnvelope(
  heights: Float64Array,
  length: number,
  step: number,
  vertex: Int32Array,
  border: Float64Array
): number {
  let count = 0
  for (let n = 0; n < length; n++) {
    if (heights[n] === Infinity) continue
    let crossing = -Infinity
    while (count > 0) {
      const last = vertex[count - 1]!
      crossing =
        (heights[n]! / step + n * n - (heights[last]! / step + last * last)) / (2 * (n - last))
      if (crossing > border[count - 1]!) break
      count--
      crossing = -Infinity
    }
    vertex[count] = n
    border[count] = crossing
    count++
    border[count] = Infinity
  }
  return count
}
