import type { Triple } from '../../shared/geometry'
import { bitAt, BITS_OF } from './bits'

/** Every spike of one layer, as the event runtime hands them on: one bit a neuron, [T, nz, ny, nx, channels], the lowest bit first. */
export interface LayerSpikes {
  name: string
  /** Its voxels are 2^level times as large as the padded input's. */
  level: number
  /** nx, ny, nz of its neurons. */
  size: Triple
  channels: number
  timesteps: number
  positive: Uint8Array
  /** Null where no neuron fires negatively. */
  negative: Uint8Array | null
}

/** Spikes of one timestep, over the whole layer. */
export interface SpikeCount {
  positive: number
  negative: number
}

/** Voxels of a layer. */
export function layerVoxels({ size }: Pick<LayerSpikes, 'size'>): number {
  return size[0] * size[1] * size[2]
}

/** Bytes that the masks of one sign take. */
export function maskBytes(layer: Pick<LayerSpikes, 'size' | 'channels' | 'timesteps'>): number {
  return Math.ceil((layerVoxels(layer) * layer.channels * layer.timesteps) / 8)
}

/** Spikes at each timestep, by sign. */
export function countSpikes(layer: LayerSpikes): SpikeCount[] {
  return Array.from({ length: layer.timesteps }, (_, t) => {
    const sum = (mask: Uint8Array | null): number =>
      mask === null ? 0 : voxelCounts(layer, mask, t).reduce((total, n) => total + n, 0)
    return { positive: sum(layer.positive), negative: sum(layer.negative) }
  })
}

/** The most spikes of one sign that a voxel's channels have at one timestep. */
export function peakCount(layer: LayerSpikes): number {
  let peak = 0
  for (const mask of [layer.positive, layer.negative]) {
    if (mask === null) continue
    for (let t = 0; t < layer.timesteps; t++) {
      for (const n of voxelCounts(layer, mask, t)) if (n > peak) peak = n
    }
  }
  return peak
}

/**
 * Spikes among the channels of each voxel at a timestep, x fastest.
 *
 * @param mask one sign of the layer's
 * @param t from 0
 */
export function voxelCounts(layer: LayerSpikes, mask: Uint8Array, t: number): Uint16Array {
  const voxels = layerVoxels(layer)
  const counts = new Uint16Array(voxels)
  const { channels } = layer
  if (channels % 8 === 0) {
    const bytes = channels / 8
    let at = t * voxels * bytes
    for (let n = 0; n < voxels; n++) {
      let sum = 0
      for (const end = at + bytes; at < end; at++) sum += BITS_OF[mask[at]!]!
      counts[n] = sum
    }
    return counts
  }
  let bit = t * voxels * channels
  for (let n = 0; n < voxels; n++) {
    for (let c = 0; c < channels; c++) counts[n]! += bitAt(mask, bit++)
  }
  return counts
}
