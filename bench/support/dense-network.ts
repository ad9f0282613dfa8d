import * as tf from '@tensorflow/tfjs-core'
import type { SpikeRecord } from '../../src/core/event'
import { modelParameters } from '../../src/core/snn/model-parameters'
import { toTensors } from '../../src/core/snn/parameters'
import { snnForward } from '../../src/core/snn/unet-snn'
import { neuronOf } from '../../src/main/engine/inference/dense'
import type { Triple } from '../../src/shared/geometry'
import type { Model } from '../../src/shared/model'

export interface DenseRun {
  /** [nz, ny, nx, K] */
  logits: Float32Array
  bits: SpikeRecord['bits']
}

/** The dense graph of a spiking model on the loaded runtime, with its spikes as the event kernel's masks have them. */
export function createDenseNetwork(
  { manifest, weights }: Model,
  timesteps: number
): { run(input: { size: Triple; voxels: Float32Array }): Promise<DenseRun>; dispose(): void } {
  const tensors = toTensors(modelParameters({ manifest, weights }, timesteps))
  const neuron = neuronOf(manifest.spiking!)
  return {
    async run({ size: [nx, ny, nz], voxels }) {
      const fired = new Map<string, tf.Tensor>()
      const logits = tf.tidy(() => {
        const image = tf.tensor(voxels, [1, nz, ny, nx, 1], 'float32') as tf.Tensor5D
        const onSpikes = (layer: { name: string }, spikes: tf.Tensor5D): void => {
          fired.set(layer.name, tf.keep(spikes.clone()))
        }
        return snnForward(manifest.architecture, tensors, image, { neuron, timesteps, onSpikes })
          .logits
      })
      const masks = new Map<string, ReturnType<SpikeRecord['bits']>>()
      for (const [layer, spikes] of fired) {
        const values = await spikes.data()
        masks.set(layer, {
          positive: maskOf(values, 1),
          negative: neuron.mode === 'binary' ? null : maskOf(values, -1)
        })
        spikes.dispose()
      }
      const values = (await logits.data()) as Float32Array
      logits.dispose()
      return { logits: values, bits: (layer) => masks.get(layer)! }
    },
    dispose() {
      tf.dispose(tensors)
    }
  }
}

/** A bit for each value that is `sign`, the lowest bit first. */
function maskOf(values: ArrayLike<number>, sign: number): Uint8Array {
  const mask = new Uint8Array(values.length / 8)
  for (let at = 0; at < values.length; at++) {
    if (values[at] === sign) mask[at >> 3]! |= 1 << (at & 7)
  }
  return mask
}
