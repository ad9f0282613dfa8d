import * as tf from '@tensorflow/tfjs-core'
import type { Architecture } from '../../shared/model'
import { trainingBatchNorm, type BatchStatistics } from './ann-layer'
import { INPUT_SOURCE, type ConvLayer } from './architecture'
import { walkNetwork } from './graph'
import type { NeuronParameters } from './neuron'
import type { NamedTensors } from './parameters'
import { convolveLayer, convolveSources, splitKernel } from './sources'
import { integrateAndFire, spikingConvolution, type SpikingLayerOptions } from './spiking-layer'
import { foldedLayer } from './unet-ann'

export interface SnnForwardOptions {
  neuron: NeuronParameters
  timesteps: number
  /** Derivative of a penalty by each spike of a layer; none by default. */
  spikePenalty?: (layer: ConvLayer) => number
  /** Sees the spikes [T·B, D, H, W, C] (time-major) of each layer as they come. */
  onSpikes?: (layer: ConvLayer, spikes: tf.Tensor5D) => void
  /** Batch normalisation of the currents over time and batch, for training an SNN from random weights. */
  training?: { onStatistics: (layer: string, statistics: BatchStatistics) => void }
}

export type SnnOutput = {
  /** Mean over time, [B, D, H, W, classes]. */
  logits: tf.Tensor5D
  /** The output layer's current at each timestep, [T, B, D, H, W, classes] folded to [T·B, …]; only when asked for. */
  perStep: tf.Tensor5D | undefined
}

/**
 * The spiking U-Net: the image is a constant input current, spikes travel between the layers, the linear output layer integrates
 * and never fires; the logits are its mean current over the T timesteps.
 *
 * @param tensors `<layer>.kernel`, `<layer>.bias`, `<layer>.logThreshold` ([1] or [C]), and `<layer>.amplitude` where spikes are not
 *   worth their layer's threshold
 * @param image [B, D, H, W, 1]
 */
export function snnForward(
  architecture: Architecture,
  tensors: NamedTensors,
  image: tf.Tensor5D,
  options: SnnForwardOptions,
  withSteps = false
): SnnOutput {
  const { timesteps } = options
  let perStep: tf.Tensor5D | undefined
  const logits = walkNetwork(architecture, image, (layer, sources) => {
    const get = (name: string): tf.Tensor => tensors[`${layer.name}.${name}`]!
    const kernel = get('kernel') as tf.Tensor5D
    if (!layer.activated) {
      const kernels = scaledKernels(layer, kernel, tensors)
      const bias = get('bias')
      if (withSteps) perStep = tf.add(convolveSources(sources, kernels), bias)
      // Linear, so the mean over time can be taken before it: a T-th of the work.
      const mean = sources.map((source) => meanOverTime(source, timesteps))
      return tf.add(convolveSources(mean, kernels), bias)
    }
    const threshold = tf.exp(get('logThreshold'))
    const layerOptions: SpikingLayerOptions = {
      neuron: options.neuron,
      timesteps,
      spikePenalty: options.spikePenalty?.(layer) ?? 0
    }
    const spikes =
      architecture.batchNorm && options.training
        ? normalisedSpikes(layer, sources, tensors, threshold, layerOptions, options.training)
        : foldedSpikes(layer, sources, tensors, threshold, layerOptions, architecture.batchNorm)
    options.onSpikes?.(layer, spikes)
    return spikes
  })
  return { logits, perStep }
}

/** The kernel of each source times the amplitude of the spikes it brings (1 for the image). */
function scaledKernels(
  layer: ConvLayer,
  kernel: tf.Tensor5D,
  tensors: NamedTensors
): tf.Tensor5D[] {
  const slices = splitKernel(
    kernel,
    layer.sources.map((source) => source.channels)
  )
  return layer.sources.map((source, i) => {
    if (source.from === INPUT_SOURCE) return slices[i]!
    const amplitude =
      tensors[`${source.from}.amplitude`] ?? tf.exp(tensors[`${source.from}.logThreshold`]!)
    return tf.mul(slices[i]!, tf.reshape(amplitude, [1, 1, 1, -1, 1]))
  })
}

/** Everything is divided by the threshold once, in the small tensors. */
function foldedSpikes(
  layer: ConvLayer,
  sources: tf.Tensor5D[],
  tensors: NamedTensors,
  threshold: tf.Tensor,
  options: SpikingLayerOptions,
  batchNorm: boolean
): tf.Tensor5D {
  const get = (name: string): tf.Tensor => tensors[`${layer.name}.${name}`]!
  const { weights, bias } = batchNorm
    ? foldedLayer(get('kernel'), get('gamma'), get('beta'), get('mean'), get('variance'))
    : { weights: get('kernel') as tf.Tensor5D, bias: get('bias') as tf.Tensor1D }
  const kernels = scaledKernels(layer, tf.div(weights, threshold), tensors)
  const shift = tf.div(bias, threshold) as tf.Tensor1D
  return layer.sources[0]!.from === INPUT_SOURCE
    ? integrateAndFire([convolveLayer(layer, sources, kernels)], shift, options)
    : spikingConvolution(sources, kernels, shift, options)
}

/** Batch normalisation of the currents over batch and time (as in Zheng et al. 2021), then the neurons. */
function normalisedSpikes(
  layer: ConvLayer,
  sources: tf.Tensor5D[],
  tensors: NamedTensors,
  threshold: tf.Tensor,
  options: SpikingLayerOptions,
  training: NonNullable<SnnForwardOptions['training']>
): tf.Tensor5D {
  const get = (name: string): tf.Tensor => tensors[`${layer.name}.${name}`]!
  const beta = tf.div(get('beta'), threshold) as tf.Tensor1D
  const current = trainingBatchNorm(
    convolveLayer(layer, sources, scaledKernels(layer, get('kernel') as tf.Tensor5D, tensors)),
    tf.div(get('gamma'), threshold) as tf.Tensor1D,
    beta,
    false,
    (statistics) => training.onStatistics(layer.name, statistics)
  )
  const constant = layer.sources[0]!.from === INPUT_SOURCE
  const currents = constant ? [current] : (tf.split(current, options.timesteps, 0) as tf.Tensor5D[])
  return integrateAndFire(currents, tf.zerosLike(beta), options)
}

/** [T·B, …] to its mean over T, [B, …]. */
function meanOverTime(x: tf.Tensor5D, timesteps: number): tf.Tensor5D {
  const [steps, ...rest] = x.shape
  const batch = steps / timesteps
  return tf.reshape(tf.mean(tf.reshape(x, [timesteps, -1]), 0), [batch, ...rest])
}
