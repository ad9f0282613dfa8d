import type { Architecture, Model, SpikeMode } from '../../../shared/model'
import { CROP_LABELS } from '../../../shared/labels'
import { activatedLayers, buildLayers, inChannelsOf } from '../../../core/snn/architecture'
import { createRandom } from '../../../core/training/random'

export interface SmallModelOptions {
  channels: number[]
  mode: SpikeMode
  timesteps: number
  /** Of every channel: the lower, the fewer spikes. */
  bias: number
}

/**
 * A spiking model with made-up weights. These are multiples of 1/64, and every threshold is 1, so that all sums are exact in
 * any order and a right result is the same to the last bit: no rounding can tip a neuron over its threshold.
 */
export function smallModel({ channels, mode, timesteps, bias }: SmallModelOptions): Model {
  const architecture: Architecture = {
    family: 'unet3d',
    inputChannels: 1,
    outputChannels: CROP_LABELS.length,
    channels,
    batchNorm: false,
    activation: { kind: 'relu' },
    pooling: 'average'
  }
  const weights: Model['weights'] = new Map()
  for (const [seed, layer] of buildLayers(architecture).entries()) {
    const { kernel, outChannels } = layer
    const shape = [kernel, kernel, kernel, inChannelsOf(layer), outChannels]
    const count = shape.reduce((product, n) => product * n, 1)
    weights.set(`${layer.name}.kernel`, { shape, values: sixtyFourths(count, seed + 1, 0.25) })
    weights.set(`${layer.name}.bias`, {
      shape: [outChannels],
      values: new Float32Array(outChannels).fill(bias)
    })
  }
  const ones = Object.fromEntries(activatedLayers(architecture).map(({ name }) => [name, 1]))
  return {
    manifest: {
      format: 'hippospike-model',
      version: 1,
      id: 'probe',
      name: 'Probe',
      stage: 'converted',
      architecture,
      spiking: {
        mode,
        defaultTimesteps: timesteps,
        initialPotential: 0.5,
        variants: [{ timesteps, weightsPrefix: '', thresholds: ones, amplitudes: ones }]
      },
      preprocessing: {
        orientation: 'RAS',
        spacing: [1, 1, 1],
        clipPercentiles: [0.5, 99.5],
        normalisation: 'z-score',
        padMultiple: 2 ** (channels.length - 1)
      },
      labels: [...CROP_LABELS],
      weights: [...weights].map(([name, { shape }]) => ({ name, shape, dtype: 'float32' })),
      weightsSha256: '0'.repeat(64),
      licence: '',
      provenance: {},
      scores: {}
    },
    weights
  }
}

/** Multiples of 1/64 from −reach to reach, the same for the same seed. */
export function sixtyFourths(count: number, seed: number, reach: number): Float32Array {
  const random = createRandom(seed)
  return Float32Array.from(
    { length: count },
    () => Math.round(random.between(-reach, reach) * 64) / 64
  )
}
