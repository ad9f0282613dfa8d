import type { Triple } from '../../../shared/geometry'
import { variantFor, type Model, type SpikeMode } from '../../../shared/model'
import {
  buildLayers,
  inChannelsOf,
  INPUT_SOURCE,
  OUTPUT_LAYER,
  type ConvLayer,
  type SourceTransform
} from '../../../core/snn/architecture'
import { convolveByLoops } from './oracle'

/** Values [nz, ny, nx, channels] of one timestep. */
interface Field {
  size: Triple
  channels: number
  values: Float32Array
}

/** Potentials and net counts of a layer's neurons between timesteps. */
interface Neurons {
  potentials: Float64Array
  counts: Float64Array
}

/**
 * The mean output current of a spiking U-Net by its definition: one timestep after the other, every voxel, tap and channel in
 * plain loops. One threshold a layer; an image of any size that the levels can halve.
 *
 * @returns [nz, ny, nx, classes]
 */
export function inferByLoops(model: Model, size: Triple, image: Float32Array): Float64Array {
  const { architecture, spiking } = model.manifest
  const { mode, defaultTimesteps: timesteps, initialPotential } = spiking!
  const { thresholds } = variantFor(model.manifest, timesteps)
  const layers = buildLayers(architecture)
  const neurons = new Map<string, Neurons>()
  let sum: Float64Array | null = null
  for (let t = 0; t < timesteps; t++) {
    const outputs = new Map<string, Field>([[INPUT_SOURCE, { size, channels: 1, values: image }]])
    for (const layer of layers) {
      const current = currentOf(model, layer, outputs)
      if (layer.name === OUTPUT_LAYER) {
        sum = current.values.map((value, n) => value + (sum?.[n] ?? 0))
        continue
      }
      const threshold = Number(thresholds[layer.name])
      const state = neurons.get(layer.name) ?? {
        potentials: new Float64Array(current.values.length).fill(initialPotential * threshold),
        counts: new Float64Array(current.values.length)
      }
      neurons.set(layer.name, state)
      outputs.set(layer.name, {
        size: current.size,
        channels: layer.outChannels,
        values: fire(state, current.values, threshold, mode)
      })
    }
  }
  return sum!.map((value) => value / timesteps)
}

function currentOf(
  model: Model,
  layer: ConvLayer,
  outputs: ReadonlyMap<string, Field>
): { size: Triple; values: Float64Array } {
  const input = joined(
    layer.sources.map(({ from, transform }) => resampled(outputs.get(from)!, transform))
  )
  const [nx, ny, nz] = input.size
  const { kernel, outChannels } = layer
  const weights = model.weights.get(`${layer.name}.kernel`)!.values
  const bias = model.weights.get(`${layer.name}.bias`)!.values
  const values = convolveByLoops(input.values, [1, nz, ny, nx, input.channels], weights, [
    kernel,
    kernel,
    kernel,
    inChannelsOf(layer),
    outChannels
  ])
  return { size: input.size, values: values.map((value, n) => value + bias[n % outChannels]!) }
}

/** Integrates, fires, and takes the threshold off; spikes are worth the threshold, as where outputs are scaled by it. */
function fire(
  { potentials, counts }: Neurons,
  current: Float64Array,
  threshold: number,
  mode: SpikeMode
): Float32Array {
  return Float32Array.from(current, (value, n) => {
    const potential = potentials[n]! + value
    const falls =
      mode === 'ternary'
        ? potential <= -threshold
        : mode === 'ternary-memory' && counts[n]! > 0 && potential < 0
    const spike = potential >= threshold ? 1 : falls ? -1 : 0
    potentials[n] = potential - spike * threshold
    counts[n]! += spike
    return spike * threshold
  })
}

function joined(fields: readonly Field[]): Field {
  const { size } = fields[0]!
  const channels = fields.reduce((count, field) => count + field.channels, 0)
  const values = new Float32Array(size[0] * size[1] * size[2] * channels)
  let first = 0
  for (const field of fields) {
    field.values.forEach((value, n) => {
      const voxel = Math.floor(n / field.channels)
      values[voxel * channels + first + (n % field.channels)] = value
    })
    first += field.channels
  }
  return { size, channels, values }
}

/** Averaged over 2³ voxels, repeated in 2³ voxels, or as it is. */
function resampled(field: Field, transform: SourceTransform): Field {
  if (transform === 'none') return field
  const { channels } = field
  const factor = transform === 'pool' ? 0.5 : 2
  const size = field.size.map((n) => n * factor) as Triple
  const values = new Float32Array(size[0] * size[1] * size[2] * channels)
  // Every voxel of the finer of both grids, with the coarser one's that it lies in.
  const [fine, coarse] = transform === 'pool' ? [field.size, size] : [size, field.size]
  for (let n = 0; n < fine[0] * fine[1] * fine[2]; n++) {
    const x = n % fine[0]
    const y = Math.floor(n / fine[0]) % fine[1]
    const z = Math.floor(n / (fine[0] * fine[1]))
    const m = (x >> 1) + coarse[0] * ((y >> 1) + coarse[1] * (z >> 1))
    for (let c = 0; c < channels; c++) {
      if (transform === 'pool') {
        values[m * channels + c]! += field.values[n * channels + c]! / 8
      } else {
        values[n * channels + c] = field.values[m * channels + c]!
      }
    }
  }
  return { size, channels, values }
}
