import * as tf from '@tensorflow/tfjs-core'
import type { Architecture } from '../../shared/model'
import { networkMacs, spikeFanOut } from '../metrics/operations'
import { activatedLayers, type ConvLayer } from '../snn/architecture'
import type { NeuronParameters } from '../snn/neuron'
import type { ParameterSet } from '../snn/parameters'
import { createSpikeCounter } from '../snn/spike-counter'
import { snnForward } from '../snn/unet-snn'
import { batchLoss, distillationLoss, type LossKind } from './losses'
import type { TrainableNetwork } from './network'

export interface SpikePenalties {
  /** `operations · SOPs / MACs`: synaptic operations over all timesteps, as a fraction of the ANN's multiply-accumulates. */
  operations: number
  /** `rate · mean firing rate` over all neurons and timesteps. */
  rate: number
}

export const NO_PENALTIES: SpikePenalties = { operations: 0, rate: 0 }

export interface SnnTrainingOptions {
  neuron: NeuronParameters
  timesteps: number
  loss: LossKind
  /** The ANN to distil from, and the weight of that term; null for none. */
  teacher: { predict: (image: tf.Tensor5D) => tf.Tensor5D; weight: number } | null
  /** What spikes cost in training; both join the loss as gradients alone: their value is not in the reported loss. */
  penalties: SpikePenalties
  padMultiple: number
}

/**
 * Stage 3, and direct training: the spiking U-Net under spike-based backpropagation through time. With batch normalisation in the
 * architecture it trains from random weights; its running statistics are folded afterwards.
 */
export function snnNetwork(
  architecture: Architecture,
  parameters: ParameterSet,
  options: SnnTrainingOptions
): TrainableNetwork {
  const { neuron, timesteps, teacher } = options
  const perSpike = penaltyPerSpike(architecture, options)
  return {
    parameters,
    classes: architecture.outputChannels,
    padMultiple: options.padMultiple,
    loss: (tensors, image, target, { clean, onStatistics }) => {
      const { logits } = snnForward(architecture, tensors, image, {
        neuron,
        timesteps,
        spikePenalty: (layer) => perSpike(layer) / image.size,
        training: { onStatistics }
      })
      const loss = batchLoss(options.loss, logits, target)
      if (teacher === null) return loss
      const reference = teacher.predict(clean)
      return tf.add(loss, tf.mul(distillationLoss(logits, reference), teacher.weight))
    },
    predict: (tensors, image, counter) =>
      snnForward(architecture, tensors, image, {
        neuron,
        timesteps,
        ...(counter && { onSpikes: counter.onSpikes })
      }).logits,
    spikeCounter: () => createSpikeCounter(neuron.mode !== 'binary')
  }
}

/** Derivative of the penalties by one spike of a layer, for an input of one voxel. */
function penaltyPerSpike(
  architecture: Architecture,
  { penalties, timesteps }: SnnTrainingOptions
): (layer: ConvLayer) => number {
  const fanOut = spikeFanOut(architecture)
  const macs = networkMacs(architecture, 1)
  const neurons = activatedLayers(architecture).reduce(
    (sum, { outChannels, level }) => sum + outChannels / 8 ** level,
    0
  )
  return ({ name }) =>
    (penalties.operations * (fanOut.get(name) ?? 0)) / macs + penalties.rate / (neurons * timesteps)
}
