import * as tf from '@tensorflow/tfjs-core'
import type { Model } from '../../../shared/model'
import type { Triple } from '../../../shared/geometry'
import type { RuntimeInfo } from '../../../shared/runtime'
import { modelParameters } from '../../../core/snn/model-parameters'
import type { NeuronParameters } from '../../../core/snn/neuron'
import { toTensors } from '../../../core/snn/parameters'
import { inputTensor, type NetworkInput } from '../../../core/snn/prediction'
import { createSpikeCounter } from '../../../core/snn/spike-counter'
import { annForward } from '../../../core/snn/unet-ann'
import { snnForward } from '../../../core/snn/unet-snn'
import { cropBack } from '../../../core/volume/preprocess'
import {
  timestepsOf,
  timestepWarnings,
  type Inference,
  type LayerSpikes,
  type Predictor
} from './predictor'

/** The neurons of a spiking model at inference (the surrogate plays no part there). */
export function neuronOf(spiking: NonNullable<Model['manifest']['spiking']>): NeuronParameters {
  return { mode: spiking.mode, initialPotential: spiking.initialPotential, surrogate: 'triangle' }
}

/**
 * Puts a model's weights on TensorFlow's runtime, ready to infer.
 *
 * @param runtime the loaded one
 * @param timesteps null for the model's default
 * @throws HippospikeError (usage) when timesteps are asked of an ANN
 */
export function createDensePredictor(
  model: Model,
  timesteps: number | null,
  runtime: RuntimeInfo
): Predictor {
  const { architecture, spiking, preprocessing } = model.manifest
  const steps = timestepsOf(model, timesteps)
  const tensors = toTensors(modelParameters(model, steps))
  const multiple = preprocessing.padMultiple

  const inferAnn = async (input: NetworkInput): Promise<Inference> => {
    const padded = inputTensor(input, multiple)
    const output = tf.tidy(() => annForward(architecture, tensors, padded.tensor))
    const values = (await output.data()) as Float32Array
    const classes = output.shape[4]
    const paddedVoxels = padded.tensor.size
    tf.dispose([output, padded.tensor])
    return {
      logits: cropBack(values, padded.size, padded.offset, input.size, classes),
      classes,
      paddedVoxels,
      timestepsRun: null,
      activity: null,
      accumulates: null,
      spikes: null,
      steps: null,
      record: null,
      paddedSize: padded.size,
      paddedOffset: padded.offset
    }
  }

  const inferSnn = async (input: NetworkInput, recordSpikes: boolean): Promise<Inference> => {
    const padded = inputTensor(input, multiple)
    const counter = createSpikeCounter(spiking!.mode !== 'binary')
    const maps: { layer: string; level: number; map: tf.Tensor }[] = []
    const output = tf.tidy(() =>
      snnForward(
        architecture,
        tensors,
        padded.tensor,
        {
          neuron: neuronOf(spiking!),
          timesteps: steps!,
          onSpikes: (layer, spikes) => {
            counter.onSpikes(layer, spikes)
            if (!recordSpikes) return
            maps.push({
              layer: layer.name,
              level: layer.level,
              map: tf.keep(tf.sum(spikes, -1))
            })
          }
        },
        recordSpikes
      )
    )
    const { logits, perStep } = output
    const classes = logits.shape[4]
    const crop = (values: Float32Array): Float32Array =>
      cropBack(values, padded.size, padded.offset, input.size, classes)
    const activity = await counter.take()
    const spikes: LayerSpikes[] = []
    for (const { layer, level, map } of maps) {
      const levelSize = padded.size.map((n) => n / 2 ** level) as Triple
      spikes.push({ layer, level, size: levelSize, counts: (await map.data()) as Float32Array })
      map.dispose()
    }
    let stepLogits: Float32Array[] | null = null
    if (perStep) {
      const all = (await (perStep as tf.Tensor5D).data()) as Float32Array
      const length = all.length / steps!
      stepLogits = Array.from({ length: steps! }, (_, t) =>
        crop(all.slice(t * length, (t + 1) * length))
      )
    }
    const inference: Inference = {
      logits: crop((await logits.data()) as Float32Array),
      classes,
      paddedVoxels: padded.tensor.size,
      timestepsRun: steps,
      activity,
      accumulates: null,
      spikes: recordSpikes ? spikes : null,
      steps: stepLogits,
      record: null,
      paddedSize: padded.size,
      paddedOffset: padded.offset
    }
    tf.dispose([logits, padded.tensor, ...(perStep ? [perStep as tf.Tensor5D] : [])])
    return inference
  }

  return {
    runtime,
    timesteps: steps,
    event: null,
    warnings: timestepWarnings(model, steps),
    infer: (input, { recordSpikes = false } = {}) =>
      spiking ? inferSnn(input, recordSpikes) : inferAnn(input),
    dispose() {
      tf.dispose(tensors)
      return Promise.resolve()
    }
  }
}
