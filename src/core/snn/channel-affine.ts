import * as tf from '@tensorflow/tfjs-core'

/**
 * `x · scale + shift` with one scale and one shift a channel (the last axis), in one pass over x.
 *
 * It goes through the batch normalisation kernel with mean 0 and variance 1, which every backend fuses; a broadcast multiply and
 * add would take two passes and are about four times slower on the native runtime. Not differentiable by tfjs for
 * good reason: the callers write their own gradients.
 */
export function channelAffine<T extends tf.Tensor>(
  x: T,
  scale: tf.Tensor1D,
  shift: tf.Tensor1D
): T {
  const channels = x.shape.at(-1)!
  return tf.tidy(() => {
    const flat = tf.reshape(x, [1, -1, 1, channels]) as tf.Tensor4D
    const result = tf.batchNorm(flat, tf.zerosLike(scale), tf.onesLike(scale), shift, scale, 0)
    return tf.reshape(result, x.shape) as T
  })
}

/** Sums over all axes but the last. */
export function channelSum(x: tf.Tensor): tf.Tensor1D {
  return tf.sum(tf.reshape(x, [-1, x.shape.at(-1)!]), 0) as tf.Tensor1D
}
