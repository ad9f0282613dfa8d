import * as tf from '@tensorflow/tfjs-core'
import { beforeAll, expect, it } from 'vitest'
import { leakCheck } from '../../../../src/core/training/leak-check'
import { useCpuBackend } from '../../../fixtures/cpu-backend'

beforeAll(useCpuBackend)

it('lets a run warm up, and then stops the step that leaves a tensor behind', () => {
  const check = leakCheck()
  const kept: tf.Tensor[] = []
  for (let step = 0; step < 3; step++) {
    kept.push(tf.scalar(step))
    check()
  }
  check()
  kept.push(tf.scalar(4))
  expect(check).toThrow(/training step 5 left 1 tensors behind/)
  tf.dispose(kept)
})

it('stops the step that leaves larger tensors behind', () => {
  const check = leakCheck()
  let kept = tf.zeros([10])
  for (let step = 0; step < 4; step++) check()
  kept.dispose()
  kept = tf.zeros([11])
  expect(check).toThrow(/training step 5 left tensors of 4 more bytes behind/)
  kept.dispose()
})
