import { PICOJOULE_PER_ACCUMULATE, PICOJOULE_PER_MAC } from '../../shared/energy'
import type { Architecture } from '../../shared/model'
import { buildLayers, INPUT_SOURCE, inChannelsOf, type SourceTransform } from '../snn/architecture'

/**
 * Multiply-accumulates of the ANN for an input of this many voxels; padding counts as any other voxel, as usual.
 *
 * @param voxels of the padded input; a multiple of 8^(levels − 1)
 */
export function networkMacs(architecture: Architecture, voxels: number): number {
  return buildLayers(architecture).reduce((sum, layer) => sum + layerMacs(layer, voxels), 0)
}

function layerMacs(layer: ReturnType<typeof buildLayers>[number], voxels: number): number {
  return (voxels / 8 ** layer.level) * layer.kernel ** 3 * inChannelsOf(layer) * layer.outChannels
}

/** MACs that stay MACs in the SNN: those on the real-valued image, once for all timesteps. */
export function inputMacs(architecture: Architecture, voxels: number): number {
  return buildLayers(architecture)
    .filter((layer) => layer.sources[0]!.from === INPUT_SOURCE)
    .reduce((sum, layer) => sum + layerMacs(layer, voxels), 0)
}

/** How many voxels of the receiving layer's input one spike becomes. */
const COPIES: Readonly<Record<SourceTransform, number>> = { none: 1, pool: 1, upsample: 8 }

/**
 * Accumulates that one spike of each layer causes in the layers that take it in: k³ taps times the receiving channels. A spike
 * behind average pooling is an event of its own (and not an eighth of one), an upsampled spike is eight. Taps that fall
 * into the padding count, as they do in {@link networkMacs}.
 */
export function spikeFanOut(architecture: Architecture): Map<string, number> {
  const fanOut = new Map<string, number>()
  for (const layer of buildLayers(architecture)) {
    for (const source of layer.sources) {
      if (source.from === INPUT_SOURCE) continue
      const events = COPIES[source.transform] * layer.kernel ** 3 * layer.outChannels
      fanOut.set(source.from, (fanOut.get(source.from) ?? 0) + events)
    }
  }
  return fanOut
}

export interface LayerActivity {
  layer: string
  /** Spikes over all timesteps, negative ones counted as one each. */
  spikes: number
  /** Neurons times timesteps. */
  opportunities: number
}

/** Spikes and neurons of each layer over several inferences of one network: rates are then weighted by neurons. */
export function summedActivity(inferences: readonly LayerActivity[][]): LayerActivity[] {
  const [first = []] = inferences
  return first.map(({ layer }, i) => ({
    layer,
    spikes: inferences.reduce((sum, activity) => sum + activity[i]!.spikes, 0),
    opportunities: inferences.reduce((sum, activity) => sum + activity[i]!.opportunities, 0)
  }))
}

/** Spikes per neuron and timestep, by layer. */
export function firingRates(activity: readonly LayerActivity[]): Record<string, number> {
  return Object.fromEntries(
    activity.map(({ layer, spikes, opportunities }) => [layer, spikes / opportunities])
  )
}

export interface OperationCount {
  /** Mean spikes per neuron and timestep, by layer. */
  firingRate: Record<string, number>
  /** The same over all neurons. */
  meanFiringRate: number
  synapticOperations: number
  /** Membrane updates, one a neuron and timestep; not in the energy (a few percent), memory traffic neither. */
  neuronUpdates: number
  /** The ANN's. */
  macs: number
  /** ANN ÷ SNN. */
  energyRatio: number
}

/**
 * What an inference cost, from the spikes that were counted.
 *
 *     E_ANN = 4.6 pJ · MACs,   E_SNN = 4.6 pJ · MACs on the image + 0.9 pJ · synaptic operations
 */
export function countOperations(
  architecture: Architecture,
  voxels: number,
  activity: readonly LayerActivity[]
): OperationCount {
  const fanOut = spikeFanOut(architecture)
  const macs = networkMacs(architecture, voxels)
  let spikes = 0
  let neuronUpdates = 0
  let synapticOperations = 0
  for (const layer of activity) {
    spikes += layer.spikes
    neuronUpdates += layer.opportunities
    synapticOperations += layer.spikes * (fanOut.get(layer.layer) ?? 0)
  }
  const spiking =
    PICOJOULE_PER_MAC * inputMacs(architecture, voxels) +
    PICOJOULE_PER_ACCUMULATE * synapticOperations
  return {
    firingRate: firingRates(activity),
    meanFiringRate: spikes / neuronUpdates,
    synapticOperations,
    neuronUpdates,
    macs,
    energyRatio: (PICOJOULE_PER_MAC * macs) / spiking
  }
}
