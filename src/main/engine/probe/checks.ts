import * as tf from '@tensorflow/tfjs-core'
import type { NumericCheck } from '../../../shared/doctor'
import { conv3d } from '../../../core/snn/convolution'
import { averagePool, nearestUpsample } from '../../../core/snn/resolution'
import { convolveByLoops, type Shape5D } from './oracle'
import { relativeError, waves } from './trial'

const INPUT: Shape5D = [1, 4, 6, 4, 3]
const FILTER: Shape5D = [3, 3, 3, 3, 4]
/** GPUs may round to fewer bits inside a convolution. */
const TOLERANCE = 2e-3

/**
 * Compares the backend's convolution with plain loops, and the gradients that training needs with finite differences.
 * The network's own functions are checked, not just tfjs's: they are composed otherwise on some backends.
 */
export async function runChecks(): Promise<NumericCheck[]> {
  return [
    await checkForward(),
    await checkGradient('conv3d gradient by input', INPUT, (x) => conv3d(x, filter())),
    await checkGradient('conv3d gradient by filter', FILTER, (w) => conv3d(input(), w)),
    await checkGradient('avgPool3d gradient', INPUT, averagePool),
    await checkGradient('upsampling gradient', INPUT, nearestUpsample)
  ]
}

const input = (): tf.Tensor5D => tf.tensor5d(waves(INPUT, 1), INPUT)
const filter = (): tf.Tensor5D => tf.tensor5d(waves(FILTER, 2), FILTER)

async function checkForward(): Promise<NumericCheck> {
  const output = tf.tidy(() => conv3d(input(), filter()))
  const values = await output.data()
  output.dispose()
  const expected = convolveByLoops(waves(INPUT, 1), INPUT, waves(FILTER, 2), FILTER)
  return { name: 'conv3d', error: relativeError([...values], expected), tolerance: TOLERANCE }
}

/**
 * The gradient of ⟨c, f(x)⟩ along some directions v against its differences. `f` is linear in what it is given, so the
 * step may be as large as the value itself, and the difference is exact but for rounding.
 */
async function checkGradient(
  name: string,
  shape: Shape5D,
  f: (x: tf.Tensor5D) => tf.Tensor5D
): Promise<NumericCheck> {
  const at = tf.tensor5d(waves(shape, 3), shape)
  const weights = tf.tidy(() => {
    const like = f(at)
    return tf.tensor5d(waves(like.shape, 4), like.shape)
  })
  const gradient = tf.tidy(() => tf.grad((x) => f(x as tf.Tensor5D))(at, weights))
  const slopes = await gradient.data()
  const c = waves(weights.shape, 4)
  const analytic: number[] = []
  const numeric: number[] = []
  for (let seed = 5; seed < 9; seed++) {
    const direction = waves(shape, seed)
    analytic.push(dot(slopes, direction))
    const ahead = await valuesAt(f, waves(shape, 3), direction, 0.5, shape)
    const behind = await valuesAt(f, waves(shape, 3), direction, -0.5, shape)
    numeric.push(dot(ahead, c) - dot(behind, c))
  }
  tf.dispose([at, weights, gradient])
  return { name, error: relativeError(analytic, numeric), tolerance: TOLERANCE }
}

async function valuesAt(
  f: (x: tf.Tensor5D) => tf.Tensor5D,
  at: Float32Array,
  direction: Float32Array,
  step: number,
  shape: Shape5D
): Promise<ArrayLike<number>> {
  const moved = at.map((value, i) => value + step * direction[i]!)
  const output = tf.tidy(() => f(tf.tensor5d(moved, shape)))
  const values = await output.data()
  output.dispose()
  return values
}

function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!
  return sum
}
