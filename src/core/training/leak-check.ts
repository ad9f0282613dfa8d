import * as tf from '@tensorflow/tfjs-core'

/** Some things are made on first use, and stay. */
const WARM_UP_STEPS = 3

/**
 * A check to call at the end of every step of one run: the number of tensors must not grow once it has warmed up, or a long training would
 * run out of memory.
 *
 * @throws Error (an internal one) in the step that leaves tensors behind
 */
export function leakCheck(): () => void {
  let steps = 0
  let expected = Infinity
  return () => {
    steps += 1
    const { numTensors } = tf.memory()
    if (steps <= WARM_UP_STEPS) expected = numTensors
    else if (numTensors > expected) {
      throw new Error(
        `training step ${steps} left ${numTensors - expected} tensors behind (${numTensors} after it, ${expected} before)`
      )
    }
  }
}
