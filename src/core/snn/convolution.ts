import {
  Conv3DBackpropFilterV2,
  Conv3DBackpropInputV2,
  customGrad,
  conv3d as builtInConv3d,
  engine,
  getBackend,
  matMul,
  reshape,
  tidy,
  transpose,
  type Tensor,
  type Tensor2D,
  type Tensor5D
} from '@tensorflow/tfjs-core'
import {
  foldedConv3d,
  foldedFilterGradient,
  foldedInputGradient,
  type Shape5D
} from './convolution-folded'

/**
 * The wasm backend's own conv3d kernels are slow, and its gradient with respect to the input is
 * wrong without an error. There the convolution is composed of conv2d and matMul instead.
 */
function needsFolding(): boolean {
  return getBackend() === 'wasm'
}

function checkShapes(x: Shape5D, w: Shape5D): void {
  if (w.slice(0, 3).some((size) => size % 2 === 0)) {
    throw new RangeError(`conv3d needs odd kernel sizes, got ${w.slice(0, 3).join('x')}`)
  }
  if (x[4] !== w[3]) {
    throw new RangeError(`conv3d: the input has ${x[4]} channels, the filter expects ${w[3]}`)
  }
}

function isPointwise(w: Shape5D): boolean {
  return w[0] === 1 && w[1] === 1 && w[2] === 1
}

function asRows(x: Tensor5D): Tensor2D {
  return reshape(x, [-1, x.shape[4]])
}

function forward(x: Tensor5D, w: Tensor5D): Tensor5D {
  checkShapes(x.shape, w.shape)
  if (isPointwise(w.shape)) {
    const kernel: Tensor2D = reshape(w, [w.shape[3], w.shape[4]])
    const [batch, depth, height, width] = x.shape
    return reshape(matMul(asRows(x), kernel), [batch, depth, height, width, w.shape[4]])
  }
  return needsFolding() ? foldedConv3d(x, w) : builtInConv3d(x, w, 1, 'same')
}

/**
 * 3-D convolution (cross-correlation) with stride 1 and zero padding that keeps the size:
 * x [batch, depth, height, width, in], w [kd, kh, kw, in, out], odd kernel sizes.
 * Differentiable (once) on every backend.
 */
export function conv3d(x: Tensor5D, w: Tensor5D): Tensor5D {
  const op = customGrad((...args) => {
    const [input, filter, save] = args as [Tensor5D, Tensor5D, (tensors: Tensor[]) => void]
    save([input, filter])
    return {
      value: forward(input, filter),
      gradFunc: (dy: Tensor, saved: Tensor[]) => {
        const [savedInput, savedFilter] = saved as [Tensor5D, Tensor5D]
        return [
          conv3dInputGradient(dy as Tensor5D, savedFilter, savedInput.shape),
          conv3dFilterGradient(savedInput, dy as Tensor5D, savedFilter.shape)
        ]
      }
    }
  })
  return op(x, w) as Tensor5D
}

/**
 * {@link conv3d} of an input that nothing is learned of (the image): the same, without the gradient by it, which tfjs would have computed and
 * thrown away.
 */
export function conv3dOfConstant(x: Tensor5D, w: Tensor5D): Tensor5D {
  const op = customGrad((...args) => {
    const [filter, save] = args as [Tensor5D, (tensors: Tensor[]) => void]
    save([x])
    return {
      value: forward(x, filter),
      gradFunc: (dy: Tensor, saved: Tensor[]) =>
        conv3dFilterGradient(saved[0] as Tensor5D, dy as Tensor5D, w.shape)
    }
  })
  return op(w) as Tensor5D
}

/** Gradient of {@link conv3d} with respect to its input, for the gradient `dy` of its output. */
export function conv3dInputGradient(dy: Tensor5D, w: Tensor5D, inputShape: Shape5D): Tensor5D {
  checkShapes(inputShape, w.shape)
  return tidy(() => {
    if (isPointwise(w.shape)) {
      // The small filter is transposed by hand: wasm's matMul is only fast without transposition.
      const kernel: Tensor2D = transpose(reshape(w, [w.shape[3], w.shape[4]]))
      return reshape(matMul(asRows(dy), kernel), inputShape)
    }
    if (needsFolding()) return foldedInputGradient(dy, w)
    const attributes = { strides: [1, 1, 1], pad: 'same', inputShape }
    return engine().runKernel(Conv3DBackpropInputV2, { dy, filter: w }, attributes) as Tensor5D
  })
}

/** Gradient of {@link conv3d} with respect to its filter, for the gradient `dy` of its output. */
export function conv3dFilterGradient(x: Tensor5D, dy: Tensor5D, filterShape: Shape5D): Tensor5D {
  checkShapes(x.shape, filterShape)
  return tidy(() => {
    if (needsFolding()) return foldedFilterGradient(x, dy, filterShape)
    if (isPointwise(filterShape)) {
      return reshape(matMul(asRows(x), asRows(dy), true, false), filterShape)
    }
    const attributes = { strides: [1, 1, 1], pad: 'same', filterShape }
    return engine().runKernel(Conv3DBackpropFilterV2, { x, dy }, attributes) as Tensor5D
  })
}
