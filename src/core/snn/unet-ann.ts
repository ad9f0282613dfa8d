import * as tf from '@tensorflow/tfjs-core'
import type { Architecture } from '../../shared/model'
import {
  BATCH_NORM_EPSILON,
  biasRelu,
  qcfs,
  trainingBatchNorm,
  type BatchStatistics
} from './ann-layer'
import type { ConvLayer } from './architecture'
import { walkNetwork } from './graph'
import type { NamedTensors } from './parameters'
import { convolveLayer, convolveSources, splitKernel } from './sources'

export interface AnnForwardOptions {
  /** Normalise with the statistics of this batch, and hand them over; else with the running ones. */
  training?: { onStatistics: (layer: string, statistics: BatchStatistics) => void }
  /** Sees each activation [N, D, H, W, C] as it comes; calibration reads them here. */
  onActivation?: (layer: ConvLayer, activation: tf.Tensor5D) => void
}

/**
 * The ANN: logits [N, D, H, W, classes] of an image [N, D, H, W, 1].
 *
 * @param tensors `<layer>.kernel` and `<layer>.bias`, or `gamma`, `beta`, `mean`, `variance` with batch normalisation; with QCFS
 *   also `<layer>.logThreshold`
 */
export function annForward(
  architecture: Architecture,
  tensors: NamedTensors,
  image: tf.Tensor5D,
  options: AnnForwardOptions = {}
): tf.Tensor5D {
  return walkNetwork(architecture, image, (layer, sources) => {
    const get = (name: string): tf.Tensor => tensors[`${layer.name}.${name}`]!
    const channels = layer.sources.map((source) => source.channels)
    const kernel = get('kernel') as tf.Tensor5D
    if (!layer.activated) {
      return tf.add(convolveSources(sources, splitKernel(kernel, channels)), get('bias'))
    }
    const output = activate()
    options.onActivation?.(layer, output)
    return output

    function activate(): tf.Tensor5D {
      if (architecture.batchNorm && options.training) {
        return trainingBatchNorm(
          convolveLayer(layer, sources, splitKernel(kernel, channels)),
          get('gamma') as tf.Tensor1D,
          get('beta') as tf.Tensor1D,
          true,
          (statistics) => options.training!.onStatistics(layer.name, statistics)
        )
      }
      const { weights, bias } = architecture.batchNorm
        ? foldedLayer(kernel, get('gamma'), get('beta'), get('mean'), get('variance'))
        : { weights: kernel, bias: get('bias') as tf.Tensor1D }
      const current = convolveLayer(layer, sources, splitKernel(weights, channels))
      return architecture.activation.kind === 'qcfs'
        ? qcfs(
            tf.add(current, bias),
            tf.exp(get('logThreshold')) as tf.Tensor1D,
            architecture.activation.levels
          )
        : biasRelu(current, bias)
    }
  })
}

/** Batch normalisation with running statistics folded into kernel and bias: w·γ/√(σ²+ε), β − μ·γ/√(σ²+ε). */
export function foldedLayer(
  kernel: tf.Tensor,
  gamma: tf.Tensor,
  beta: tf.Tensor,
  mean: tf.Tensor,
  variance: tf.Tensor
): { weights: tf.Tensor5D; bias: tf.Tensor1D } {
  const scale = tf.mul(gamma, tf.rsqrt(tf.add(variance, BATCH_NORM_EPSILON)))
  return {
    weights: tf.mul(kernel, scale) as tf.Tensor5D,
    bias: tf.sub(beta, tf.mul(mean, scale)) as tf.Tensor1D
  }
}
