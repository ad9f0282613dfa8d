import type { Architecture } from '../../shared/model'

/** How a layer takes in one of its sources. */
export type SourceTransform = 'none' | 'pool' | 'upsample'

export interface LayerSource {
  /** Name of the layer it comes from; 'input' is the image. */
  from: string
  channels: number
  transform: SourceTransform
}

/** One convolution of the U-Net with its sources, which are concatenated along the channels in this order. */
export interface ConvLayer {
  name: string
  /** Kernel edge: 1 or 3, stride 1, 'same' padding. */
  kernel: 1 | 3
  sources: LayerSource[]
  outChannels: number
  /** Resolution level of the output: voxels are 2^level times the input's. */
  level: number
  /** False for the output layer, which is linear and, in an SNN, integrates without firing. */
  activated: boolean
}

/** Name of the linear last layer. */
export const OUTPUT_LAYER = 'output'
/** Name under which layers refer to the image. */
export const INPUT_SOURCE = 'input'

/**
 * The layers of the U-Net in order of evaluation.
 *
 * Encoder level i: `enc<i>.conv1`, `enc<i>.conv2` (pooling in front of the first for i > 0). Decoder level i:
 * `dec<i>.reduce` (1³, evaluated at the coarser level i+1, where it costs an eighth), then `dec<i>.conv1` on the
 * skip connection and the upsampled reduction, `dec<i>.conv2`. Last the linear `output`.
 */
export function buildLayers(architecture: Architecture): ConvLayer[] {
  const { channels } = architecture
  const layers: ConvLayer[] = []
  const conv = (
    name: string,
    kernel: 1 | 3,
    sources: LayerSource[],
    outChannels: number,
    level: number
  ): LayerSource => {
    layers.push({ name, kernel, sources, outChannels, level, activated: true })
    return { from: name, channels: outChannels, transform: 'none' }
  }

  let current: LayerSource = {
    from: INPUT_SOURCE,
    channels: architecture.inputChannels,
    transform: 'none'
  }
  const skips: LayerSource[] = []
  channels.forEach((width, level) => {
    const entry: LayerSource = level === 0 ? current : { ...current, transform: 'pool' }
    const first = conv(`enc${level}.conv1`, 3, [entry], width, level)
    current = conv(`enc${level}.conv2`, 3, [first], width, level)
    skips.push(current)
  })
  for (let level = channels.length - 2; level >= 0; level--) {
    const width = channels[level]!
    const reduced = conv(`dec${level}.reduce`, 1, [current], width, level + 1)
    const sources = [skips[level]!, { ...reduced, transform: 'upsample' as const }]
    const first = conv(`dec${level}.conv1`, 3, sources, width, level)
    current = conv(`dec${level}.conv2`, 3, [first], width, level)
  }
  layers.push({
    name: OUTPUT_LAYER,
    kernel: 1,
    sources: [current],
    outChannels: architecture.outputChannels,
    level: 0,
    activated: false
  })
  return layers
}

/** Layers that carry an activation, that is, every one but the output: these spike in an SNN. */
export function activatedLayers(architecture: Architecture): ConvLayer[] {
  return buildLayers(architecture).filter((layer) => layer.activated)
}

export function inChannelsOf(layer: ConvLayer): number {
  return layer.sources.reduce((sum, source) => sum + source.channels, 0)
}

/** Voxels are halved `channels.length - 1` times, so sizes must be multiples of this. */
export function sizeMultiple(architecture: Architecture): number {
  return 2 ** (architecture.channels.length - 1)
}
