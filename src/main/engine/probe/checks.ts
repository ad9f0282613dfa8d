import * as tf from '@tensorflow/tfjs-core'
import type { NumericCheck } from '../../../shared/doctor'
import { conv3d } from '../../../core/snn/convolution'
import { averagePool, nearestUpsample } from '../../../core/snn/resolution'
import { convolveByLoops, type Shape5D } from './oracle'

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

/** The name of the first check whose error is too large (or not a number); null where all pass. */
export function firstFailure(checks: readonly NumericCheck[]): NumericCheck | null {
  return checks.find(({ error, tolerance }) => !(error <= tolerance)) ?? null
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

/** Values of both signs that are the same in every run. */
function waves(shape: readonly number[], seed: number): Float32Array {
  const length = shape.reduce((product, size) => product * size, 1)
  return Float32Array.from({ length }, (_, i) => Math.sin(seed * 7.1 + i * (2.3 + seed / 10)))
}

function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!
  return sum
}

function relativeError(actual: readonly number[], expected: ArrayLike<number>): number {
  if (actual.length !== expected.length) return Number.MAX_VALUE
  let error = 0
  let scale = 0
  for (const [i, value] of actual.entries()) {
    if (!Number.isFinite(value)) return Number.MAX_VALUE
    error = Math.max(error, Math.abs(value - expected[i]!))
    scale = Math.max(scale, Math.abs(expected[i]!))
  }
  return error / Math.max(scale, 1e-6)
}
