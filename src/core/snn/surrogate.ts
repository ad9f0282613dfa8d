import * as tf from '@tensorflow/tfjs-core'

/**
 * Stand-ins for the derivative of the step function H(x), x = u/θ − 1 (distance to the threshold in units of the threshold):
 * - triangle: max(0, 1 − |x|) (Bellec et al. 2018),
 * - rectangle: 1 where |x| < ½, else 0 (Wu et al. 2018),
 * - sigmoid: 4·σ(4x)·(1 − σ(4x)) (after Zenke and Ganguli 2018); all have area 1 and height 1.
 */
export const SURROGATES = ['triangle', 'rectangle', 'sigmoid'] as const
export type Surrogate = (typeof SURROGATES)[number]

/** The surrogate derivative at each element of `x`. */
export function surrogateDerivative(kind: Surrogate, x: tf.Tensor): tf.Tensor {
  return tf.tidy(() => {
    switch (kind) {
      case 'triangle':
        return tf.relu(tf.sub(1, tf.abs(x)))
      case 'rectangle':
        return tf.cast(tf.less(tf.abs(x), 0.5), 'float32')
      case 'sigmoid': {
        const sigmoid = tf.sigmoid(tf.mul(x, 4))
        return tf.mul(4, tf.mul(sigmoid, tf.sub(1, sigmoid)))
      }
    }
  })
}
