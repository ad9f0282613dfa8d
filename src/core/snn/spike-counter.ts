import * as tf from '@tensorflow/tfjs-core'
import type { LayerActivity } from '../metrics/operations'
import type { ConvLayer } from './architecture'

/** Counts the spikes of each layer as they come. */
export interface SpikeCounter {
  /** For a forward pass: keeps one number a layer. */
  onSpikes: (layer: ConvLayer, spikes: tf.Tensor5D) => void
  /** The counts since the last call, in the order of the layers; frees what was kept. */
  take: () => Promise<LayerActivity[]>
}

/** @param signed whether spikes can be negative: such a one counts as one, too */
export function createSpikeCounter(signed: boolean): SpikeCounter {
  let kept: { layer: string; count: tf.Tensor; opportunities: number }[] = []
  return {
    onSpikes({ name }, spikes) {
      const count = tf.keep(tf.tidy(() => tf.sum(signed ? tf.abs(spikes) : spikes)))
      kept.push({ layer: name, count, opportunities: spikes.size })
    },
    async take() {
      const counts = kept
      kept = []
      try {
        return await Promise.all(
          counts.map(async ({ layer, count, opportunities }) => {
            const [spikes] = await count.data()
            return { layer, spikes: spikes!, opportunities }
          })
        )
      } finally {
        tf.dispose(counts.map(({ count }) => count))
      }
    }
  }
}
