import { createRandom } from '../training/random'
import { bitAt } from './bits'
import { layerVoxels, type LayerSpikes } from './layer-spikes'

/** Neurons of a layer that a raster of at most so many points shows. */
export function rasterNeurons(
  layer: Pick<LayerSpikes, 'size' | 'channels' | 'timesteps'>,
  limit: number
): number {
  return Math.min(layerVoxels(layer) * layer.channels, Math.floor(limit / layer.timesteps))
}

/**
 * The spikes of neurons drawn at random, each as likely as any other, and always the same ones. Neurons are ranked by channel, then by
 * voxel, so that feature maps lie together.
 *
 * @param limit points at most; see {@link rasterNeurons}
 * @returns triples: timestep from 1, rank of the neuron from 0, 1 for a positive and 0 for a negative spike
 */
export function spikeRaster(layer: LayerSpikes, limit: number, seed = 1): Uint32Array<ArrayBuffer> {
  const { channels, timesteps, positive, negative } = layer
  const voxels = layerVoxels(layer)
  const wanted = rasterNeurons(layer, limit)
  const points: number[] = []
  sample(voxels * channels, wanted, seed, (neuron, rank) => {
    const channel = Math.floor(neuron / voxels)
    const voxel = neuron % voxels
    for (let t = 0; t < timesteps; t++) {
      const bit = (t * voxels + voxel) * channels + channel
      if (bitAt(positive, bit) === 1) points.push(t + 1, rank, 1)
      else if (negative !== null && bitAt(negative, bit) === 1) points.push(t + 1, rank, 0)
    }
  })
  return Uint32Array.from(points)
}

/** Selection sampling (Knuth, TAOCP 2, 3.4.2 S): each of `count` with the same probability, in ascending order. */
function sample(
  count: number,
  wanted: number,
  seed: number,
  visit: (item: number, rank: number) => void
): void {
  const random = createRandom(seed)
  let rank = 0
  for (let item = 0; item < count && rank < wanted; item++) {
    if ((count - item) * random.uniform() < wanted - rank) visit(item, rank++)
  }
}
