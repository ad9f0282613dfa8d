import { Layer } from './records'

/**
 * The image's current into a segment of row (y, z): its 3×3×3 convolution plus the bias, [x][channels]. The image has a border of one voxel.
 */
export function imageCurrents(layer: Layer, y: i32, z: i32, first: i32, length: i32, currents: usize): void {
  const channels = layer.channels
  const line = <usize>((layer.width + 2) << 2)
  const plane = line * <usize>(layer.height + 2)
  const corner = layer.image + <usize>z * plane + <usize>y * line + (<usize>first << 2)
  const tapBytes = <usize>(channels << 2)
  for (let x = 0; x < length; x++) {
    for (let c = 0; c < channels; c += 16) {
      const bias = layer.bias + (<usize>c << 2)
      let a = v128.load(bias)
      let b = v128.load(bias, 16)
      let d = v128.load(bias, 32)
      let e = v128.load(bias, 48)
      let weights = layer.imageWeights + (<usize>c << 2)
      for (let dz: usize = 0; dz < 3; dz++) {
        for (let dy: usize = 0; dy < 3; dy++) {
          const from = corner + dz * plane + dy * line + (<usize>x << 2)
          for (let dx: usize = 0; dx < 12; dx += 4) {
            const value = v128.load_splat<f32>(from + dx)
            a = f32x4.add(a, f32x4.mul(value, v128.load(weights)))
            b = f32x4.add(b, f32x4.mul(value, v128.load(weights, 16)))
            d = f32x4.add(d, f32x4.mul(value, v128.load(weights, 32)))
            e = f32x4.add(e, f32x4.mul(value, v128.load(weights, 48)))
            weights += tapBytes
          }
        }
      }
      const to = currents + (<usize>(x * channels + c) << 2)
      v128.store(to, a)
      v128.store(to, b, 16)
      v128.store(to, d, 32)
      v128.store(to, e, 48)
    }
  }
}
