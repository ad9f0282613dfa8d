import * as tf from '@tensorflow/tfjs-core'
import type { Architecture } from '../../shared/model'
import type { ConvLayer } from '../snn/architecture'
import type { NeuronParameters } from '../snn/neuron'
import { toTensors, type NamedTensors, type ParameterSet } from '../snn/parameters'
import { inputTensor, type NetworkInput } from '../snn/prediction'
import { annForward } from '../snn/unet-ann'
import { snnForward } from '../snn/unet-snn'

/** A network on the dense runtime. */
export interface DenseNetwork {
  architecture: Architecture
  parameters: ParameterSet
  padMultiple: number
}

/** Something of each activated layer on the padded image, by its name, [nz, ny, nx, C] of its own level. */
export type LayerOutputs = Map<string, Float32Array>

/** The activations of an ANN on one image. */
export function annActivations(
  { architecture, parameters, padMultiple }: DenseNetwork,
  input: NetworkInput
): Promise<LayerOutputs> {
  return layerOutputs(parameters, padMultiple, input, (tensors, image, keep) => {
    annForward(architecture, tensors, image, {
      onActivation: (layer, activation) => {
        keep(layer, tf.clone(activation))
      }
    })
  })
}

/** Positive minus negative spikes of each neuron of a spiking network over all timesteps. */
export function netSpikes(
  { architecture, parameters, padMultiple }: DenseNetwork,
  neuron: NeuronParameters,
  timesteps: number,
  input: NetworkInput
): Promise<LayerOutputs> {
  return layerOutputs(parameters, padMultiple, input, (tensors, image, keep) => {
    snnForward(architecture, tensors, image, {
      neuron,
      timesteps,
      onSpikes: (layer, spikes) => {
        // Time is outermost, and there is one image.
        keep(layer, tf.sum(tf.reshape(spikes, [timesteps, -1]), 0))
      }
    })
  })
}

type Keep = (layer: ConvLayer, output: tf.Tensor) => void

async function layerOutputs(
  parameters: ParameterSet,
  padMultiple: number,
  input: NetworkInput,
  run: (tensors: NamedTensors, image: tf.Tensor5D, keep: Keep) => void
): Promise<LayerOutputs> {
  const tensors = toTensors(parameters)
  const { tensor } = inputTensor(input, padMultiple)
  const kept: { name: string; output: tf.Tensor }[] = []
  try {
    tf.tidy(() => {
      run(tensors, tensor, (layer, output) => {
        kept.push({ name: layer.name, output: tf.keep(output) })
      })
    })
    const outputs: LayerOutputs = new Map()
    for (const { name, output } of kept) outputs.set(name, (await output.data()) as Float32Array)
    return outputs
  } finally {
    tf.dispose([tensors, tensor, ...kept.map(({ output }) => output)])
  }
}
