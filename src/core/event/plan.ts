import { variantFor, type Model, type SpikeMode, type SpikingVariant } from '../../shared/model'
import {
  buildLayers,
  INPUT_SOURCE,
  type ConvLayer,
  type LayerSource,
  type SourceTransform
} from '../snn/architecture'
import { narrow, packImageWeights, packSums, packWeights, scaledKernel, type Tap } from './weights'

/** Of weights and potentials in layers that take in spikes and fire; image and output are float32 always. */
export type EventPrecision = 'float32' | 'int16'

/** Why the kernel cannot run a model. */
export class UnsupportedPlan extends Error {
  constructor(
    /** The layer that it cannot run. */
    readonly layer: string,
    reason: string
  ) {
    super(`layer ${layer}: ${reason}`)
    this.name = 'UnsupportedPlan'
  }
}

export interface PlannedSource {
  /** The layer whose spikes come in. */
  from: string
  channels: number
  tap: Tap
  /** Packed as the kernel reads them (see weights.ts). */
  weights: Float32Array | Int16Array
}

export interface PlannedLayer {
  name: string
  /** Resolution level of its neurons. */
  level: number
  kind: 'image' | 'spiking' | 'output'
  /** Output channels; the output layer's padded to a multiple of four. */
  channels: number
  /** Channels done in one pass. */
  block: number
  /** Over the threshold, [channels]. */
  bias: Float32Array | Int16Array
  precision: EventPrecision
  sources: PlannedSource[]
  /** [27][channels] of the layer that takes in the image. */
  imageWeights: Float32Array | null
}

/** As it is derived, before it is rounded to its precision. */
interface FloatLayer extends PlannedLayer {
  bias: Float32Array
  sources: (PlannedSource & { weights: Float32Array })[]
}

/** What the kernel does for one model and number of timesteps, for volumes of any size. */
export interface EventPlan {
  mode: SpikeMode
  timesteps: number
  /** As a fraction of the threshold. */
  initialPotential: number
  /** The last is the output. */
  layers: PlannedLayer[]
  classes: number
}

/** Sources that one layer may have: a skip connection and what comes from below. */
const MAX_SOURCES = 2

/**
 * Derives the kernel's plan from a model: weights divided by the threshold they go to and multiplied by the amplitude of the
 * spikes they take in, as in the dense graph (core/snn/unet-snn.ts), and laid out for the kernel.
 *
 * @param timesteps null for the model's default
 * @throws UnsupportedPlan naming the layer, HippospikeError (usage) for an ANN
 */
export function planModel(
  model: Model,
  timesteps: number | null,
  precision: EventPrecision = 'float32'
): EventPlan {
  const { manifest } = model
  const { architecture, spiking } = manifest
  const variant = variantFor(manifest, timesteps ?? spiking?.defaultTimesteps ?? 1)
  const layers = buildLayers(architecture)
  const { mode, initialPotential, defaultTimesteps } = spiking!
  return {
    mode,
    timesteps: timesteps ?? defaultTimesteps,
    initialPotential,
    classes: architecture.outputChannels,
    layers: layers.map((layer) => {
      checkLayer(layer, architecture)
      const planned = planLayer(layer, model, variant, precision)
      return planned.precision === 'int16' ? narrowed(planned) : planned
    })
  }
}

function checkLayer(layer: ConvLayer, architecture: Model['manifest']['architecture']): void {
  const refuse = (reason: string): never => {
    throw new UnsupportedPlan(layer.name, reason)
  }
  if (architecture.batchNorm && layer.activated) {
    refuse('its batch normalisation is not folded into the weights')
  }
  if (layer.activated && layer.outChannels % 16 !== 0) {
    refuse(`it has ${layer.outChannels} channels; the event kernel takes multiples of 16`)
  }
  if (layer.sources.length > MAX_SOURCES) {
    refuse(`it has ${layer.sources.length} sources; the event kernel takes ${MAX_SOURCES}`)
  }
  if (!layer.activated && (layer.kernel !== 1 || layer.sources.length > 1)) {
    refuse('it is the output and other than a 1×1×1 convolution of one layer')
  }
  for (const source of layer.sources) {
    if (source.from === INPUT_SOURCE && (layer.kernel !== 3 || source.channels !== 1)) {
      refuse('it takes in the image other than by a 3×3×3 convolution of one channel')
    }
    if (source.transform === 'pool' && architecture.pooling !== 'average') {
      refuse('it is behind max pooling; the event kernel pools by averages')
    }
    if (source.transform !== 'none' && layer.kernel !== 3) {
      refuse('it resamples its input without a 3×3×3 convolution')
    }
  }
}

function kindOf({ sources, activated }: ConvLayer): PlannedLayer['kind'] {
  if (sources.some(({ from }) => from === INPUT_SOURCE)) return 'image'
  return activated ? 'spiking' : 'output'
}

/** Channels that the kernel does in one pass: the sums of more would not stay in registers. */
function blockOf(channels: number, precision: EventPrecision): number {
  return precision === 'int16' && channels % 32 === 0 ? 32 : 16
}

function planLayer(
  layer: ConvLayer,
  model: Model,
  variant: SpikingVariant,
  wanted: EventPrecision
): FloatLayer {
  const tensor = (name: string): Float32Array =>
    model.weights.get(`${variant.weightsPrefix}${layer.name}.${name}`)!.values
  const threshold = layer.activated ? listOf(variant.thresholds[layer.name]!) : [1]
  const channels = layer.activated ? layer.outChannels : Math.ceil(layer.outChannels / 4) * 4
  const bias = new Float32Array(channels)
  tensor('bias').forEach((value, c) => (bias[c] = value / at(threshold, c)))
  const kind = kindOf(layer)
  const precision = kind === 'spiking' ? wanted : 'float32'
  const block = kind === 'output' ? 4 : blockOf(channels, precision)
  const sources: FloatLayer['sources'] = []
  let imageWeights: Float32Array | null = null
  let firstInput = 0
  const inputs = layer.sources.reduce((sum, { channels: n }) => sum + n, 0)
  for (const source of layer.sources) {
    const amplitude = source.from === INPUT_SOURCE ? [1] : listOf(variant.amplitudes[source.from]!)
    const kernel = scaledKernel(tensor('kernel'), {
      edge: layer.kernel,
      inputs,
      firstInput,
      channels: source.channels,
      outputs: layer.outChannels,
      threshold: (c) => at(threshold, c),
      amplitude: (c) => at(amplitude, c)
    })
    firstInput += source.channels
    if (source.from === INPUT_SOURCE) {
      imageWeights = packImageWeights(kernel)
      continue
    }
    const tap = tapOf(source, layer)
    sources.push({
      from: source.from,
      channels: source.channels,
      tap,
      weights:
        kind === 'output' ? packSums(kernel, channels) : packWeights(kernel, tap, block, channels)
    })
  }
  return {
    name: layer.name,
    level: layer.level,
    kind,
    channels,
    block,
    bias,
    precision,
    sources,
    imageWeights
  }
}

function narrowed(layer: FloatLayer): PlannedLayer {
  return {
    ...layer,
    bias: narrow(layer.bias),
    sources: layer.sources.map((source) => ({ ...source, weights: narrow(source.weights) }))
  }
}

const TAPS: Readonly<Record<SourceTransform, Tap>> = {
  none: 'same',
  pool: 'pooled',
  upsample: 'upsampled'
}

function tapOf(source: LayerSource, layer: ConvLayer): Tap {
  return layer.kernel === 1 ? 'point' : TAPS[source.transform]
}

function listOf(value: number | number[]): number[] {
  return Array.isArray(value) ? value : [value]
}

/** One value for all channels, or one each. */
function at(values: number[], channel: number): number {
  return values[values.length === 1 ? 0 : channel]!
}
