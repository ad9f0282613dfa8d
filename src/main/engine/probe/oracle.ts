export type Shape5D = [number, number, number, number, number]

/** A 3-D convolution of stride 1 that keeps the size, by its definition: x [N, D, H, W, in], w [kd, kh, kw, in, out]. */
export function convolveByLoops(
  x: Float32Array,
  [batch, depth, height, width, inputs]: Shape5D,
  w: Float32Array,
  [kd, kh, kw, , outputs]: Shape5D
): Float64Array {
  const out = new Float64Array(batch * depth * height * width * outputs)
  const voxel = (b: number, z: number, y: number, v: number): number =>
    ((b * depth + z) * height + y) * width + v
  const addTap = (at: number, from: number, tap: number): void => {
    for (let i = 0; i < inputs; i++) {
      for (let o = 0; o < outputs; o++) {
        out[at * outputs + o]! += x[from * inputs + i]! * w[(tap * inputs + i) * outputs + o]!
      }
    }
  }
  for (let tap = 0; tap < kd * kh * kw; tap++) {
    const dz = Math.floor(tap / (kh * kw)) - (kd - 1) / 2
    const dy = (Math.floor(tap / kw) % kh) - (kh - 1) / 2
    const dv = (tap % kw) - (kw - 1) / 2
    for (let b = 0; b < batch; b++) {
      for (let z = Math.max(0, -dz); z < Math.min(depth, depth - dz); z++) {
        for (let y = Math.max(0, -dy); y < Math.min(height, height - dy); y++) {
          for (let v = Math.max(0, -dv); v < Math.min(width, width - dv); v++) {
            addTap(voxel(b, z, y, v), voxel(b, z + dz, y + dy, v + dv), tap)
          }
        }
      }
    }
  }
  return out
}
