import * as tf from '@tensorflow/tfjs-core'
import { conv3d } from '../../../core/snn/convolution'

type Size = readonly [number, number, number]

const CROP: Size = [40, 56, 40]
/** A 64th of the crop. */
const PILOT: Size = [10, 14, 10]
/** A pilot that takes longer belongs to a device so slow that the crop would take the probe's whole time. */
const SLOW_PILOT_MS = 100
const CHANNELS = 16
const TIME_LIMIT_MS = 700
const MAX_REPEATS = 30

/** Speed of a 3³ convolution, 16 to 16 channels, at 40×56×40 (a crop), in 10⁹ multiply-accumulates a second. */
export async function convolutionSpeed(): Promise<number> {
  const pilot = await measure(PILOT, 1)
  if (pilot.milliseconds > SLOW_PILOT_MS) return pilot.gmacsPerSecond
  return (await measure(CROP, MAX_REPEATS)).gmacsPerSecond
}

async function measure(
  size: Size,
  repeats: number
): Promise<{ milliseconds: number; gmacsPerSecond: number }> {
  const x = tf.randomUniform<tf.Rank.R5>([1, ...size, CHANNELS], -1, 1, 'float32', 1)
  const w = tf.randomUniform<tf.Rank.R5>([3, 3, 3, CHANNELS, CHANNELS], -1, 1, 'float32', 2)
  const times: number[] = []
  const begun = performance.now()
  // The first run compiles kernels and is dropped.
  for (let run = 0; run <= repeats; run++) {
    const start = performance.now()
    const y = conv3d(x, w)
    await y.data()
    y.dispose()
    if (run > 0) times.push(performance.now() - start)
    if (run > 0 && performance.now() - begun > TIME_LIMIT_MS) break
  }
  tf.dispose([x, w])
  const milliseconds = times.sort((a, b) => a - b)[Math.floor(times.length / 2)]!
  const voxels = size[0] * size[1] * size[2]
  return { milliseconds, gmacsPerSecond: (voxels * CHANNELS ** 2 * 27) / (milliseconds * 1e6) }
}
