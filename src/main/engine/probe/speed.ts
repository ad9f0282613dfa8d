import * as tf from '@tensorflow/tfjs-core'
import { conv3d } from '../../../core/snn/convolution'

const [DEPTH, HEIGHT, WIDTH] = [40, 56, 40] as const
const CHANNELS = 16
const TIME_LIMIT_MS = 700
const MAX_REPEATS = 30
/** A first run that takes longer on one of eight slabs belongs to a device too slow for more. */
const SLOW_MS = 500

/** Speed of a 3³ convolution, 16 to 16 channels, at 40×56×40 (a crop), in 10⁹ multiply-accumulates a second. */
export async function convolutionSpeed(): Promise<number> {
  const slab = await measure(DEPTH / 8, 1)
  // A software GPU takes a minute for the whole crop, and the probe has a time limit.
  if (slab.milliseconds > SLOW_MS) return slab.gmacsPerSecond
  return (await measure(DEPTH, MAX_REPEATS)).gmacsPerSecond
}

async function measure(
  depth: number,
  repeats: number
): Promise<{ milliseconds: number; gmacsPerSecond: number }> {
  const shape = [1, depth, HEIGHT, WIDTH, CHANNELS] as const
  const x = tf.randomUniform<tf.Rank.R5>([...shape], -1, 1, 'float32', 1)
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
  const macs = depth * HEIGHT * WIDTH * CHANNELS * CHANNELS * 27
  return { milliseconds, gmacsPerSecond: macs / (milliseconds * 1e6) }
}
