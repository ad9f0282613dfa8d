import * as tf from '@tensorflow/tfjs-core'
import type { ParameterSet } from './parameter-set'

// The plain arrays live in a file of their own, so that what only stores or reads a model loads no TensorFlow.
export * from './parameter-set'

export type NamedTensors = Record<string, tf.Tensor>

/** Every parameter as a tensor of its shape; the caller disposes of them. */
export function toTensors(parameters: ParameterSet, values = parameters.values): NamedTensors {
  const tensors: NamedTensors = {}
  for (const { name, shape, offset, size } of parameters.entries) {
    tensors[name] = tf.tensor(values.slice(offset, offset + size), shape, 'float32')
  }
  return tensors
}
