import type { Triple } from '../../shared/geometry'
import { BITS_OF } from '../spikes/bits'
import type { LayerLayout, MaskLayout, MemoryLayout } from './layout'

export interface RecordedLayer {
  name: string
  level: number
  /** nx, ny, nz of its neurons. */
  size: Triple
  channels: number
}

/** Every spike of a run, as the masks that the layers handed on. Views of the kernel's memory: good until the next run. */
export interface SpikeRecord {
  /** Timesteps that were run. */
  timesteps: number
  layers: RecordedLayer[]
  /** Positive minus negative spikes among the channels, [T, nz, ny, nx]. */
  counts(layer: string): Float32Array
  /** One bit a neuron, [T, nz, ny, nx, channels], the lowest bit first; `negative` is null where no neuron fires negatively. */
  bits(layer: string): { positive: Uint8Array; negative: Uint8Array | null }
  /** The output layer's current at each timestep, T times [nz, ny, nx, K]. */
  steps: Float32Array[]
}

/** Reads what a run with `keepSpikes` left in the memory. */
export function readRecord(
  buffer: ArrayBufferLike,
  layout: MemoryLayout,
  classes: number,
  timesteps: number
): SpikeRecord {
  const spiking = layout.layers.filter(({ masks }) => masks !== null)
  const find = (name: string): LayerLayout => {
    const layer = spiking.find(({ planned }) => planned.name === name)
    if (!layer) throw new RangeError(`no spiking layer is called ${name}`)
    return layer
  }
  const bitsAt = (address: number, { stepBytes }: MaskLayout): Uint8Array =>
    new Uint8Array(buffer, address, stepBytes * timesteps)
  const bits: SpikeRecord['bits'] = (name) => {
    const masks = find(name).masks!
    return {
      positive: bitsAt(masks.positive, masks),
      negative: masks.negative === 0 ? null : bitsAt(masks.negative, masks)
    }
  }
  return {
    timesteps,
    layers: spiking.map(({ planned, size }) => ({
      name: planned.name,
      level: planned.level,
      size,
      channels: planned.channels
    })),
    bits,
    counts: (name) => {
      const { positive, negative } = bits(name)
      const bytes = find(name).planned.channels / 8
      const counts = countBits(positive, bytes)
      if (negative) countBits(negative, bytes).forEach((n, i) => (counts[i]! -= n))
      return counts
    },
    steps: readSteps(buffer, layout, classes, timesteps)
  }
}

/** Set bits of each run of `bytes` bytes. */
function countBits(bits: Uint8Array, bytes: number): Float32Array {
  const counts = new Float32Array(bits.length / bytes)
  for (let n = 0; n < counts.length; n++) {
    let sum = 0
    for (let at = n * bytes; at < (n + 1) * bytes; at++) sum += BITS_OF[bits[at]!]!
    counts[n] = sum
  }
  return counts
}

function readSteps(
  buffer: ArrayBufferLike,
  layout: MemoryLayout,
  classes: number,
  timesteps: number
): Float32Array[] {
  const { steps, size, planned } = layout.layers.at(-1)!
  const voxels = size[0] * size[1] * size[2]
  return Array.from({ length: timesteps }, (_, t) => {
    const length = voxels * planned.channels
    const padded = new Float32Array(buffer, steps + 4 * length * t, length)
    const values = new Float32Array(voxels * classes)
    for (let n = 0; n < voxels; n++) {
      for (let k = 0; k < classes; k++) values[n * classes + k] = padded[n * planned.channels + k]!
    }
    return values
  })
}
