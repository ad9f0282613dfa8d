import * as tf from '@tensorflow/tfjs-core'

/** Some things are made on first use, and stay. */
const WARM_UP_STEPS = 3

/**
 * A check to call at the end of every step of one run: neither the number of tensors nor the memory that they take may grow once it has
 * warmed up, or a long training would run out of memory.
 *
 * @throws Error (an internal one) in the step that leaves tensors, or larger ones, behind
 */
export function leakCheck(): () => void {
  let steps = 0
  let [expected, expectedBytes] = [Infinity, Infinity]
  return () => {
    steps += 1
    const { numTensors, numBytes } = tf.memory()
    if (steps <= WARM_UP_STEPS) [expected, expectedBytes] = [numTensors, numBytes]
    else if (numTensors > expected) {
      throw new Error(
        `training step ${steps} left ${numTensors - expected} tensors behind (${numTensors} after it, ${expected} before)`
      )
    } else if (numBytes > expectedBytes) {
      throw new Error(
        `training step ${steps} left tensors of ${numBytes - expectedBytes} more bytes behind (${numBytes} after it, ${expectedBytes} before)`
      )
    }
  }
}
