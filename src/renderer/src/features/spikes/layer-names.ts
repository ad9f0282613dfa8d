import type { SpikeInfo } from '../../../../shared/api/spikes'

export type LayerInfo = SpikeInfo['layers'][number]

const PARTS: Readonly<Record<string, string>> = {
  conv1: 'first convolution',
  conv2: 'second convolution',
  reduce: 'channel reduction'
}

/** A layer's name for people: `enc1.conv2` is the second convolution of the encoder's level 2. */
export function layerTitle(name: string): string {
  const match = /^(enc|dec)(\d+)\.(\w+)$/.exec(name)
  if (match === null) return name
  const [, side, level, part] = match
  const where = side === 'enc' ? 'Encoder' : 'Decoder'
  return `${where} level ${String(Number(level) + 1)}, ${PARTS[part ?? ''] ?? part ?? ''}`
}

/** The last layer before the output: what the mask is read from. */
export function defaultLayer(layers: readonly LayerInfo[]): string {
  return layers.at(-1)?.name ?? ''
}

export interface LayerBox {
  layer: LayerInfo
  /** Order of evaluation, from 0. */
  column: number
  row: number
}

/** Where a network's layers stand in a drawing: in order from left to right, coarser levels lower. */
export function layoutLayers(layers: readonly LayerInfo[]): LayerBox[] {
  return layers.map((layer, column) => ({ layer, column, row: layer.level }))
}

/** Skip connections: the encoder's last layer of a level, and the decoder's first that takes it in. */
export function skipConnections(layers: readonly LayerInfo[]): [string, string][] {
  const names = new Set(layers.map(({ name }) => name))
  return layers
    .map(({ name }) => /^dec(\d+)\.conv1$/.exec(name))
    .filter((match) => match !== null)
    .map((match): [string, string] => [`enc${match[1] ?? ''}.conv2`, match[0]])
    .filter(([from]) => names.has(from))
}
