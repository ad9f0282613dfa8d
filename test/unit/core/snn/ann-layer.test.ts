import * as tf from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, it } from 'vitest'
import {
  BATCH_NORM_EPSILON,
  biasRelu,
  qcfs,
  trainingBatchNorm
} from '../../../../src/core/snn/ann-layer'
import { maxDifference, useCpuBackend, waves } from '../../../fixtures/cpu-backend'

beforeAll(useCpuBackend)

const SHAPE: [number, number, number, number, number] = [2, 2, 3, 2, 3]
const COUNT = 24

const x = (): tf.Tensor5D =>
  tf.add(tf.tensor(waves(COUNT * 3, 1, 2), SHAPE), tf.tensor1d([0.5, -1, 3])) as tf.Tensor5D
const weight = (): tf.Tensor => tf.tensor(waves(COUNT * 3, 9), SHAPE)

describe('trainingBatchNorm', () => {
  it.each([true, false])('agrees with the formula written in tfjs operations, relu %s', (relu) => {
    const gamma = tf.tensor1d([1.5, -0.5, 0.8])
    const beta = tf.tensor1d([0.1, 0.2, -0.3])
    const composed = (...[a, g, b]: tf.Tensor[]): tf.Scalar => {
      const { mean, variance } = tf.moments(a!, [0, 1, 2, 3])
      const normalised = tf.div(tf.sub(a!, mean), tf.sqrt(tf.add(variance, BATCH_NORM_EPSILON)))
      const y = tf.add(tf.mul(normalised, g!), b!)
      return tf.sum(tf.mul(weight(), relu ? tf.relu(y) : y))
    }
    const kept: tf.Tensor[] = []
    const fused = (...[a, g, b]: tf.Tensor[]): tf.Scalar =>
      tf.sum(
        tf.mul(
          weight(),
          trainingBatchNorm(
            a as tf.Tensor5D,
            g as tf.Tensor1D,
            b as tf.Tensor1D,
            relu,
            (statistics) => kept.push(statistics.mean, statistics.variance)
          )
        )
      )
    const one = tf.valueAndGrads(fused)([x(), gamma, beta])
    const other = tf.valueAndGrads(composed)([x(), gamma, beta])
    expect(one.value.dataSync()[0]).toBeCloseTo(other.value.dataSync()[0]!, 4)
    one.grads.forEach((gradient, i) => {
      expect(maxDifference(gradient.dataSync(), other.grads[i]!.dataSync())).toBeLessThan(1e-4)
    })
    const { mean, variance } = tf.moments(x(), [0, 1, 2, 3])
    expect(maxDifference(kept[0]!.dataSync(), mean.dataSync())).toBeLessThan(1e-5)
    expect(maxDifference(kept[1]!.dataSync(), variance.dataSync())).toBeLessThan(1e-4)
  })
})

describe('biasRelu', () => {
  it('adds the bias of the channel, cuts at 0, and lets the gradient through where it is above', () => {
    const input = tf.tensor([1, -1, 0.5, -3], [1, 1, 1, 2, 2]) as tf.Tensor5D
    const bias = tf.tensor1d([0, 2])
    expect([...biasRelu(input, bias).dataSync()]).toEqual([1, 1, 0.5, 0])
    const [dx, db] = tf.grads((a, b) => tf.sum(biasRelu(a as tf.Tensor5D, b as tf.Tensor1D)))([
      input,
      bias
    ])
    expect([...dx!.dataSync()]).toEqual([1, 1, 1, 0])
    expect([...db!.dataSync()]).toEqual([2, 1])
  })
})

describe('qcfs', () => {
  it('rounds to the levels, between 0 and λ', () => {
    const input = tf.tensor([-1, 0.2, 0.3, 0.9, 1.8, 5], [1, 1, 1, 1, 6]) as tf.Tensor5D
    // λ = 2, L = 4: steps of 0.5, changing over at 0.25, 0.75, …
    expect([...qcfs(input, tf.tensor1d([2]), 4).dataSync()]).toEqual([0, 0, 0.5, 1, 2, 2])
  })

  it('passes the gradient straight through inside, and gives λ the rest', () => {
    const input = tf.tensor([-1, 0.3, 5], [1, 1, 1, 1, 3]) as tf.Tensor5D
    const [dx, dLambda] = tf.grads((a, l) => tf.sum(qcfs(a as tf.Tensor5D, l as tf.Tensor1D, 4)))([
      input,
      tf.tensor1d([2])
    ])
    expect([...dx!.dataSync()]).toEqual([0, 1, 0])
    // 0 below; 0.25 − 0.15 inside; 1 above.
    expect(dLambda!.dataSync()[0]).toBeCloseTo(1.1, 5)
  })
})
