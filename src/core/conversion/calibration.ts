import * as tf from '@tensorflow/tfjs-core'
import type { Architecture } from '../../shared/model'
import { activatedLayers } from '../snn/architecture'
import { toTensors, type ParameterSet } from '../snn/parameters'
import { inputTensor, type NetworkInput } from '../snn/prediction'
import { annForward } from '../snn/unet-ann'
import { ActivationStatistics } from './activation-statistics'

/**
 * Runs the (folded) ANN over calibration cases and counts every layer's activations.
 *
 * @param onCase called after each case with how many are done
 */
export async function calibrate(
  architecture: Architecture,
  parameters: ParameterSet,
  cases: readonly NetworkInput[],
  padMultiple: number,
  onCase: (done: number) => void | Promise<void> = () => undefined
): Promise<Map<string, ActivationStatistics>> {
  const statistics = new Map(
    activatedLayers(architecture).map((layer) => [
      layer.name,
      new ActivationStatistics(layer.outChannels)
    ])
  )
  const tensors = toTensors(parameters)
  try {
    for (const [index, input] of cases.entries()) {
      const { tensor } = inputTensor(input, padMultiple)
      const kept: { name: string; activation: tf.Tensor5D }[] = []
      tf.tidy(() => {
        annForward(architecture, tensors, tensor, {
          onActivation: (layer, activation) =>
            kept.push({ name: layer.name, activation: tf.keep(tf.clone(activation)) })
        })
      })
      for (const { name, activation } of kept) {
        statistics.get(name)!.add((await activation.data()) as Float32Array)
        activation.dispose()
      }
      tensor.dispose()
      await onCase(index + 1)
    }
  } finally {
    tf.dispose(tensors)
  }
  return statistics
}
