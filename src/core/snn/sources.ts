import * as tf from '@tensorflow/tfjs-core'
import { conv3d } from './convolution'

/** Sum of the convolutions of a layer's sources, each with its slice of the kernel: a concatenation that is never made. */
export function convolveSources(sources: tf.Tensor5D[], kernels: tf.Tensor5D[]): tf.Tensor5D {
  return sources
    .map((source, i) => conv3d(source, kernels[i]!))
    .reduce((sum, next) => tf.add(sum, next))
}

/** Slices a kernel [k, k, k, ΣCi, C] along its input channels, one slice a source. */
export function splitKernel(kernel: tf.Tensor5D, channels: number[]): tf.Tensor5D[] {
  return channels.length === 1 ? [kernel] : tf.split(kernel, channels, 3)
}
