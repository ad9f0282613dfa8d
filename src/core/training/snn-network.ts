import * as tf from '@tensorflow/tfjs-core'
import type { Architecture } from '../../shared/model'
import type { ConvLayer } from '../snn/architecture'
import type { NeuronParameters } from '../snn/neuron'
import type { ParameterSet } from '../snn/parameters'
import { snnForward } from '../snn/unet-snn'
import { distillationLoss, segmentationLoss, type LossKind } from './losses'
import type { TrainableNetwork } from './network'

export interface SnnTrainingOptions {
  neuron: NeuronParameters
  timesteps: number
  loss: LossKind
  /** The ANN to distil from, and the weight of that term; null for none. */
  teacher: { predict: (image: tf.Tensor5D) => tf.Tensor5D; weight: number } | null
  /**
   * Penalty on the synaptic operations, as a fraction of the ANN's multiply-accumulates: `weight · SOPs / MACs` joins the loss (as a gradient
   * alone; its value is not in the reported loss).
   */
  operationsPenalty: {
    weight: number
    /** Synaptic operations that one spike of the layer causes, and the ANN's MACs a voxel of the input. */
    fanOut: (layer: string) => number
    macsPerVoxel: number
  } | null
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
  const { neuron, timesteps, teacher, operationsPenalty } = options
  const penaltyGradient = (voxels: number) => (layer: ConvLayer) =>
    operationsPenalty
      ? (operationsPenalty.weight * operationsPenalty.fanOut(layer.name)) /
        (operationsPenalty.macsPerVoxel * voxels)
      : 0
  return {
    parameters,
    classes: architecture.outputChannels,
    padMultiple: options.padMultiple,
    loss: (tensors, image, target, { onStatistics }) => {
      const { logits } = snnForward(architecture, tensors, image, {
        neuron,
        timesteps,
        ratePenaltyGradient: penaltyGradient(image.size),
        training: { onStatistics }
      })
      const loss = segmentationLoss(options.loss, logits, target)
      if (teacher === null) return loss
      const reference = teacher.predict(image)
      return tf.add(loss, tf.mul(distillationLoss(logits, reference), teacher.weight))
    },
    predict: (tensors, image) =>
      snnForward(architecture, tensors, image, { neuron, timesteps }).logits
  }
}
