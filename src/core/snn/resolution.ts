import * as tf from '@tensorflow/tfjs-core'
import type { Architecture } from '../../shared/model'
import type { SourceTransform } from './architecture'

/** 2³ average pooling, stride 2. x: [N, D, H, W, C] with even D, H, W. */
export function averagePool(x: tf.Tensor5D): tf.Tensor5D {
  return tf.avgPool3d(x, 2, 2, 'valid')
}

/**
 * Nearest-neighbour upsampling by 2 along D, H and W. tfjs has no upSampling3d; stacking a tensor with itself axis by axis has a gradient that
 * works on every backend. The trailing axes are folded into one, so no rank above 4 is needed.
 */
export function nearestUpsample(x: tf.Tensor5D): tf.Tensor5D {
  const [n, d, h, w, c] = x.shape
  const double = (t: tf.Tensor, outer: number, inner: number): tf.Tensor => {
    const rows = tf.reshape(t, [outer, inner])
    return tf.stack([rows, rows], 1)
  }
  const wide = double(x, n * d * h * w, c)
  const high = double(wide, n * d * h, 2 * w * c)
  const deep = double(high, n * d, 4 * h * w * c)
  return tf.reshape(deep, [n, 2 * d, 2 * h, 2 * w, c])
}

/** Brings a source to the resolution of the layer that takes it in. */
export function transformSource(
  x: tf.Tensor5D,
  transform: SourceTransform,
  pooling: Architecture['pooling'] = 'average'
): tf.Tensor5D {
  switch (transform) {
    case 'none':
      return x
    case 'pool':
      return pooling === 'max' ? tf.maxPool3d(x, 2, 2, 'valid') : averagePool(x)
    case 'upsample':
      return nearestUpsample(x)
  }
}
