import * as tf from '@tensorflow/tfjs-core'
import { INPUT_SOURCE, type ConvLayer } from './architecture'
import { conv3d, conv3dOfConstant } from './convolution'

/** Sum of the convolutions of a layer's sources, each with its slice of the kernel: a concatenation that is never made. */
export function convolveSources(sources: tf.Tensor5D[], kernels: tf.Tensor5D[]): tf.Tensor5D {
  return sources
    .map((source, i) => conv3d(source, kernels[i]!))
    .reduce((sum, next) => tf.add(sum, next))
}

/** The convolution of a layer: that of its sources, or of the image, which no gradient goes back to. */
export function convolveLayer(
  layer: ConvLayer,
  sources: tf.Tensor5D[],
  kernels: tf.Tensor5D[]
): tf.Tensor5D {
  return layer.sources[0]!.from === INPUT_SOURCE
    ? conv3dOfConstant(sources[0]!, kernels[0]!)
    : convolveSources(sources, kernels)
}

/** Slices a kernel [k, k, k, ΣCi, C] along its input channels, one slice a source. */
export function splitKernel(kernel: tf.Tensor5D, channels: number[]): tf.Tensor5D[] {
  return channels.length === 1 ? [kernel] : tf.split(kernel, channels, 3)
}
