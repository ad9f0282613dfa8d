import * as tf from '@tensorflow/tfjs-core'

/**
 * 3-D convolution, stride 1, 'same' padding.
 *
 * @param x [N, D, H, W, Ci]
 * @param w [k, k, k, Ci, C]
 */
export function conv3d(x: tf.Tensor5D, w: tf.Tensor5D): tf.Tensor5D {
  return tf.conv3d(x, w, 1, 'same')
}

/** ∂L/∂x of {@link conv3d} from ∂L/∂y. */
export function conv3dInputGradient(
  dy: tf.Tensor5D,
  w: tf.Tensor5D,
  inputShape: tf.Tensor5D['shape']
): tf.Tensor5D {
  return tf
    .engine()
    .runKernel(
      'Conv3DBackpropInputV2',
      { dy, filter: w },
      { strides: 1, pad: 'same', inputShape }
    ) as tf.Tensor5D
}

/** ∂L/∂w of {@link conv3d} from ∂L/∂y. */
export function conv3dFilterGradient(
  x: tf.Tensor5D,
  dy: tf.Tensor5D,
  filterShape: tf.Tensor5D['shape']
): tf.Tensor5D {
  return tf
    .engine()
    .runKernel(
      'Conv3DBackpropFilterV2',
      { x, dy },
      { strides: 1, pad: 'same', filterShape }
    ) as tf.Tensor5D
}
