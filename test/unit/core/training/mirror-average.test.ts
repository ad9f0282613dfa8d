import * as tf from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { mirrorAverage } from '../../../../src/core/training/mirror-average'
import { useCpuBackend } from '../../../fixtures/cpu-backend'

beforeAll(useCpuBackend)

/** Logits of a network that knows left from right: class 1 is as likely as the voxel's place from left to right says. */
function sided(image: tf.Tensor5D): tf.Tensor5D {
  const place = tf.reshape(tf.range(0, image.shape[3]), [1, 1, 1, -1, 1])
  const score = tf.add(image, place)
  return tf.concat([tf.zerosLike(score), score], 4) as tf.Tensor5D
}

describe('mirrorAverage', () => {
  it('is the mean of the probabilities of both views, hand-worked', () => {
    const image = tf.tensor5d([0, 1], [1, 1, 1, 2, 1])
    const probabilities = tf.softmax(mirrorAverage(sided, image)).arraySync() as number[][][][][]
    const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x))
    // Voxel 0: score 0 + 0 here; in the mirror image it is the second, 0 + 1.
    expect(probabilities[0]![0]![0]![0]![1]).toBeCloseTo((sigmoid(0) + sigmoid(1)) / 2, 5)
    expect(probabilities[0]![0]![0]![1]![1]).toBeCloseTo((sigmoid(2) + sigmoid(1)) / 2, 5)
  })

  it('answers the mirror image with the mirror image of its answer', () => {
    const image = tf.randomUniform([1, 2, 3, 4, 1], -1, 1, 'float32', 5) as tf.Tensor5D
    const one = mirrorAverage(sided, image)
    const other = tf.reverse(mirrorAverage(sided, tf.reverse(image, 3)), 3)
    expect(tf.max(tf.abs(tf.sub(one, other))).dataSync()[0]).toBeLessThan(1e-5)
  })

  it('leaves no tensor behind but its answer', () => {
    const image = tf.zeros([1, 1, 1, 2, 1]) as tf.Tensor5D
    const before = tf.memory().numTensors
    mirrorAverage(sided, image).dispose()
    expect(tf.memory().numTensors).toBe(before)
  })
})
