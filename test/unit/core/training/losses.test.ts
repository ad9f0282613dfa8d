import * as tf from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, it } from 'vitest'
import {
  batchLoss,
  crossEntropy,
  distillationLoss,
  LOSSES,
  segmentationLoss,
  softDiceLoss
} from '../../../../src/core/training/losses'
import { useCpuBackend, waves } from '../../../fixtures/cpu-backend'

beforeAll(useCpuBackend)

const value = (x: tf.Tensor): number => x.dataSync()[0]!
const LOGITS: [number, number, number, number, number] = [1, 1, 2, 3, 3]

/** One-hot targets of six voxels: every class, class 2 once. */
const target = (): tf.Tensor2D =>
  tf.cast(tf.oneHot(tf.tensor1d([0, 1, 1, 0, 2, 0], 'int32'), 3), 'float32') as tf.Tensor2D

function expectGradient(loss: (x: tf.Tensor5D) => tf.Scalar, at: Float32Array): void {
  const tensor = (values: ArrayLike<number>): tf.Tensor5D =>
    tf.tensor(Float32Array.from(values), LOGITS) as tf.Tensor5D
  const gradient = tf
    .grad((x) => loss(x as tf.Tensor5D))(tensor(at))
    .dataSync()
  expect(Math.max(...gradient.map(Math.abs))).toBeGreaterThan(0.01)
  const step = 0.01
  at.forEach((_, i) => {
    const moved = (by: number): number =>
      value(loss(tensor(at.map((x, j) => (i === j ? x + by : x)))))
    const difference = (moved(step) - moved(-step)) / (2 * step)
    expect(Math.abs(gradient[i]! - difference), `logit ${i}`).toBeLessThan(2e-4)
  })
}

describe('crossEntropy', () => {
  it('is the mean over voxels of minus the log-probability of the true class', () => {
    const p = tf.tensor2d([
      [0.5, 0.25, 0.25],
      [0.1, 0.8, 0.1]
    ])
    const truth = tf.tensor2d([
      [1, 0, 0],
      [0, 0, 1]
    ])
    expect(value(crossEntropy(tf.log(p), truth))).toBeCloseTo((Math.log(2) + Math.log(10)) / 2, 5)
  })
})

describe('softDiceLoss', () => {
  it('is 1 minus the mean Dice of the structures, smoothed by 1, background left out', () => {
    const p = tf.tensor2d([
      [0.5, 0.25, 0.25],
      [0, 1, 0],
      [0.5, 0, 0.5]
    ])
    const truth = tf.tensor2d([
      [1, 0, 0],
      [0, 1, 0],
      [0, 0, 1]
    ])
    // Class 1: overlap 1, sizes 1.25 + 1: (2+1)/(2.25+1). Class 2: overlap 0.5, sizes 0.75 + 1: (1+1)/(1.75+1).
    expect(value(softDiceLoss(p, truth))).toBeCloseTo(1 - (3 / 3.25 + 2 / 2.75) / 2, 6)
  })

  it('is 0 for a perfect answer, and where a structure is absent from both', () => {
    const truth = tf.tensor2d([
      [1, 0, 0],
      [0, 1, 0]
    ])
    expect(value(softDiceLoss(truth, truth))).toBeCloseTo(0, 6)
  })
})

describe('segmentationLoss', () => {
  const logits = (): tf.Tensor5D => tf.tensor(waves(18, 4, 2), LOGITS) as tf.Tensor5D

  it('adds both terms up', () => {
    const [dice, entropy, both] = LOSSES.map((kind) =>
      value(segmentationLoss(kind, logits(), target()))
    )
    expect(both).toBeCloseTo(dice! + entropy!, 5)
    const probabilities = tf.softmax(tf.reshape(logits(), [6, 3])) as tf.Tensor2D
    expect(dice).toBeCloseTo(value(softDiceLoss(probabilities, target())), 5)
    expect(entropy).toBeCloseTo(
      value(crossEntropy(tf.log(probabilities) as tf.Tensor2D, target())),
      5
    )
  })

  it.each(LOSSES)('has the gradient of finite differences: %s', (kind) => {
    expectGradient((x) => segmentationLoss(kind, x, target()), waves(18, 4, 2))
  })

  it('stays finite for logits that are very sure and wrong', () => {
    const sure = tf.mul(logits(), 1000) as tf.Tensor5D
    expect(Number.isFinite(value(segmentationLoss('dice+cross-entropy', sure, target())))).toBe(
      true
    )
  })
})

describe('batchLoss', () => {
  /** Two samples of two voxels, two parts. */
  const SHAPE: [number, number, number, number, number] = [2, 1, 1, 2, 3]
  const logitsOf = (probabilities: number[][]): tf.Tensor5D =>
    tf.tensor(probabilities.flat().map(Math.log), SHAPE) as tf.Tensor5D
  const labels = (...values: number[]): tf.Tensor1D => tf.tensor1d(values, 'int32')

  const PROBABILITIES = [
    [0.5, 0.25, 0.25],
    [0.2, 0.7, 0.1],
    [0.8, 0.1, 0.1],
    [0.4, 0.35, 0.25]
  ]

  it('is of the summed probability of both parts where only the whole is known', () => {
    const target = { labels: labels(0, 3, 0, 3), wholeOnly: [true, true] }
    // Hippocampus: 0.5, 0.8, 0.2, 0.6, of which the second and the fourth are true.
    const entropy = -(Math.log(0.5) + Math.log(0.8) + Math.log(0.8) + Math.log(0.6)) / 4
    // Overlap 1.4, sizes 2.1 + 2, smoothed by 1.
    const dice = 1 - (2 * 1.4 + 1) / (2.1 + 2 + 1)
    const logits = logitsOf(PROBABILITIES)
    expect(value(batchLoss('cross-entropy', logits, target))).toBeCloseTo(entropy, 5)
    expect(value(batchLoss('dice', logits, target))).toBeCloseTo(dice, 5)
  })

  it('does not care how a whole-only sample shares the hippocampus out', () => {
    const target = { labels: labels(0, 3, 3, 0), wholeOnly: [true, true] }
    const exchanged = PROBABILITIES.map(([none, front, back]) => [none!, back!, front!])
    for (const kind of LOSSES) {
      expect(value(batchLoss(kind, logitsOf(exchanged), target))).toBeCloseTo(
        value(batchLoss(kind, logitsOf(PROBABILITIES), target)),
        6
      )
    }
  })

  it('is decided sample by sample', () => {
    const target = { labels: labels(1, 2, 0, 3), wholeOnly: [false, true] }
    const logits = logitsOf(PROBABILITIES)
    const entropy = -(Math.log(0.25) + Math.log(0.1) + Math.log(0.8) + Math.log(0.6)) / 4
    expect(value(batchLoss('cross-entropy', logits, target))).toBeCloseTo(entropy, 5)
    // Of the first: overlaps 0.25 and 0.1, sizes 0.95 + 1 and 0.35 + 1. Of the second: overlap 0.6, sizes 0.8 + 1.
    const parts = 1 - (1.5 / 2.95 + 1.2 / 2.35) / 2
    const whole = 1 - 2.2 / 2.8
    expect(value(batchLoss('dice', logits, target))).toBeCloseTo((parts + whole) / 2, 5)
  })

  it('is the plain loss where all parts are known', () => {
    const target = { labels: labels(1, 2, 0, 1), wholeOnly: [false, false] }
    const oneHot = tf.cast(tf.oneHot(target.labels, 3), 'float32') as tf.Tensor2D
    for (const kind of LOSSES) {
      expect(value(batchLoss(kind, logitsOf(PROBABILITIES), target))).toBe(
        value(segmentationLoss(kind, logitsOf(PROBABILITIES), oneHot))
      )
    }
  })

  it.each([
    ['whole', [true]],
    ['parts', [false]]
  ] as const)('has the gradient of finite differences: %s', (_, wholeOnly) => {
    const target = { labels: labels(0, 1, 1, 0, wholeOnly[0] ? 3 : 2, 0), wholeOnly }
    expectGradient((x) => batchLoss('dice+cross-entropy', x, target), waves(18, 4, 2))
  })

  it('has the gradient of finite differences: both in a batch', () => {
    const target = { labels: labels(0, 1, 2, 0, 3, 3), wholeOnly: [false, true] }
    const two = (x: tf.Tensor5D): tf.Tensor5D => tf.reshape(x, [2, 1, 1, 3, 3])
    expectGradient((x) => batchLoss('dice+cross-entropy', two(x), target), waves(18, 4, 2))
  })
})

describe('distillationLoss', () => {
  const teacher = (): tf.Tensor5D => tf.tensor(waves(18, 9, 2), LOGITS) as tf.Tensor5D

  it('is the divergence of the student from the teacher, mean over voxels', () => {
    const student = [0, Math.log(3)]
    const reference = [Math.log(4), 0]
    // Teacher (0.8, 0.2), student (0.25, 0.75).
    const expected = 0.8 * Math.log(0.8 / 0.25) + 0.2 * Math.log(0.2 / 0.75)
    const shape: [number, number, number, number, number] = [1, 1, 1, 2, 2]
    const loss = distillationLoss(
      tf.tensor([...student, ...reference], shape) as tf.Tensor5D,
      tf.tensor([...reference, ...reference], shape) as tf.Tensor5D
    )
    // The second voxel agrees.
    expect(value(loss)).toBeCloseTo(expected / 2, 5)
  })

  it('is 0 where both agree, whatever constant is added to the logits', () => {
    expect(value(distillationLoss(tf.add(teacher(), 3), teacher()))).toBeCloseTo(0, 5)
  })

  it('has the gradient of finite differences by the student', () => {
    expectGradient((x) => distillationLoss(x, teacher()), waves(18, 4, 2))
  })
})
