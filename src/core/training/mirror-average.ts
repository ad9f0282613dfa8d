import * as tf from '@tensorflow/tfjs-core'

/** The axis of a tensor [B, D, H, W, C] that runs from left to right. */
const LEFT_TO_RIGHT = 3

/**
 * What a network says of an image and of its mirror image, averaged: an answer that does not depend on the side.
 *
 * @param predict logits [B, D, H, W, K] of an image [B, D, H, W, 1]
 * @returns logarithms of the mean probabilities, [B, D, H, W, K]: logits whose softmax is that mean
 */
export function mirrorAverage(
  predict: (image: tf.Tensor5D) => tf.Tensor5D,
  image: tf.Tensor5D
): tf.Tensor5D {
  return tf.tidy(() => {
    const mirror = <T extends tf.Tensor>(x: T): T => tf.reverse(x, LEFT_TO_RIGHT)
    const here = tf.softmax(predict(image))
    const there = mirror(tf.softmax(predict(mirror(image))))
    // Far below any probability that matters, far above the least float.
    const mean = tf.maximum(tf.div(tf.add(here, there), 2), 1e-12)
    return tf.log(mean) as tf.Tensor5D
  })
}
