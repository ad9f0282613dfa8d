import {
  add,
  concat,
  conv2d,
  matMul,
  pad,
  reshape,
  reverse,
  slice,
  tidy,
  transpose,
  type Tensor2D,
  type Tensor3D,
  type Tensor4D,
  type Tensor5D
} from '@tensorflow/tfjs-core'

export type Shape5D = [number, number, number, number, number]

/**
 * 3-D convolution as the sum of one conv2d for each tap along the depth, with the depth folded into
 * the batch. One conv2d over all taps' channels side by side was measured slower: concatenating
 * costs more than the additions it saves.
 */
export function foldedConv3d(x: Tensor5D, w: Tensor5D): Tensor5D {
  const [batch, depth, height, width, inputs] = x.shape
  const [taps, kernelHeight, kernelWidth, , outputs] = w.shape
  const plane = height * width * inputs
  const radius = (taps - 1) / 2
  return tidy(() => {
    // Rank 3, because wasm slices rank 5 element by element in JavaScript (30 times slower).
    const planes: Tensor3D = reshape(x, [batch, depth, plane])
    const padded = pad(planes, [
      [0, 0],
      [radius, radius],
      [0, 0]
    ])
    const kernels: Tensor2D = reshape(w, [taps, kernelHeight * kernelWidth * inputs * outputs])
    let sum: Tensor4D | null = null
    for (let tap = 0; tap < taps; tap++) {
      const shifted = slice(padded, [0, tap, 0], [batch, depth, plane])
      const input: Tensor4D = reshape(shifted, [batch * depth, height, width, inputs])
      const kernel: Tensor4D = reshape(slice(kernels, [tap, 0], [1, -1]), [
        kernelHeight,
        kernelWidth,
        inputs,
        outputs
      ])
      const part = conv2d(input, kernel, 1, 'same')
      sum = sum === null ? part : add<Tensor4D>(sum, part)
    }
    return reshape(sum!, [batch, depth, height, width, outputs])
  })
}

/**
 * The input's gradient is the convolution of dy with the filter mirrored in space and with its
 * channels swapped (the kernel sizes are odd, so the padding is symmetric).
 */
export function foldedInputGradient(dy: Tensor5D, w: Tensor5D): Tensor5D {
  return tidy(() => {
    const [kd, kh, kw, inputs, outputs] = w.shape
    // Rank 3 for the same reason as above: rank 5 would take slow general paths.
    const mirrored = reverse<Tensor3D>(reshape(w, [kd * kh * kw, inputs, outputs]), 0)
    const swapped = transpose(mirrored, [0, 2, 1])
    return foldedConv3d(dy, reshape(swapped, [kd, kh, kw, outputs, inputs]))
  })
}

/**
 * The filter's gradient as one matMul a tap. Both volumes are zero-padded to the same grid and
 * flattened, so that moving by a tap is moving by one offset along the flat voxel axis: what wraps
 * around an edge meets a zero of the padded dy.
 */
export function foldedFilterGradient(x: Tensor5D, dy: Tensor5D, filterShape: Shape5D): Tensor5D {
  const [batch, depth, height, width, inputs] = x.shape
  const [taps, kernelHeight, kernelWidth, , outputs] = filterShape
  const [rd, rh, rw] = [(taps - 1) / 2, (kernelHeight - 1) / 2, (kernelWidth - 1) / 2]
  const row = width + 2 * rw
  const plane = (height + 2 * rh) * row
  const voxels = batch * (depth + 2 * rd) * plane
  const margin = rd * plane + rh * row + rw
  const paddings: [number, number][] = [
    [0, 0],
    [rd, rd],
    [rh, rh],
    [rw, rw],
    [0, 0]
  ]
  return tidy(() => {
    const rows: Tensor2D = reshape(pad(x, paddings), [voxels, inputs])
    // Channels first, so that no matMul has to transpose: wasm's is only fast without.
    const columns = pad(transpose(rows), [
      [0, 0],
      [margin, margin]
    ])
    const gradient: Tensor2D = reshape(pad(dy, paddings), [voxels, outputs])
    const parts: Tensor2D[] = []
    for (let d = -rd; d <= rd; d++) {
      for (let h = -rh; h <= rh; h++) {
        for (let v = -rw; v <= rw; v++) {
          const offset = margin + d * plane + h * row + v
          // Tidied by itself: otherwise every shifted copy of x would live until the last tap.
          parts.push(tidy(() => matMul(slice(columns, [0, offset], [inputs, voxels]), gradient)))
        }
      }
    }
    return reshape(concat(parts, 0), filterShape)
  })
}
