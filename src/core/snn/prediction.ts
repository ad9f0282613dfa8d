import * as tf from '@tensorflow/tfjs-core'
import type { Triple } from '../../shared/geometry'
import { cropBack, padToMultiple } from '../volume/preprocess'

/** A normalised image on the network's grid, x fastest. */
export interface NetworkInput {
  size: Triple
  image: Float32Array
}

/** The padded image as a tensor [1, nz, ny, nx, 1], and where the image lies in it. */
export function inputTensor(
  { size, image }: NetworkInput,
  multiple: number
): { tensor: tf.Tensor5D; size: Triple; offset: Triple } {
  const padded = padToMultiple(image, size, multiple)
  const [nx, ny, nz] = padded.size
  const tensor = tf.tensor(padded.voxels, [1, nz, ny, nx, 1], 'float32') as tf.Tensor5D
  return { tensor, size: padded.size, offset: padded.offset }
}

/**
 * Runs a network on one image of any size: pads, runs, crops back.
 *
 * @param run logits [1, nz, ny, nx, K] of a padded image, called inside tf.tidy
 * @returns logits [nz, ny, nx, K] of the image, channels innermost, and K
 */
export async function predictLogits(
  input: NetworkInput,
  multiple: number,
  run: (image: tf.Tensor5D) => tf.Tensor5D
): Promise<{ logits: Float32Array; classes: number }> {
  const padded = inputTensor(input, multiple)
  const output = tf.tidy(() => run(padded.tensor))
  try {
    const values = (await output.data()) as Float32Array
    const classes = output.shape[4]
    return {
      logits: cropBack(values, padded.size, padded.offset, input.size, classes),
      classes
    }
  } finally {
    tf.dispose([output, padded.tensor])
  }
}
