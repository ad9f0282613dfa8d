import type { Triple } from '../../shared/geometry'
import { bitAt } from '../spikes/bits'
import type { EventPlan, PlannedLayer, PlannedSource } from './plan'
import type { SpikeRecord } from './spike-record'
import { inputTaps } from './taps'
import { REACH, sumIndex, UNIT } from './weights'

/** What a run leaves that its potentials can be had from: still in the kernel's memory, or read from a disk. */
export interface TracedRun {
  /** The padded image that went in, x fastest. */
  size: Triple
  voxels: Float32Array
  /** Timesteps that were run. */
  timesteps: number
  bits: SpikeRecord['bits']
}

/** What the neurons of one voxel did. */
export interface VoxelTrace {
  layer: string
  channels: number
  timesteps: number
  /**
   * [T, channels], over the threshold, when the timestep's current has come in and before the reset. In the output layer, which has
   * neither threshold nor reset, the sum of the currents.
   */
  potentials: Float32Array
  /** [T, channels]: −1, 0 or 1. */
  spikes: Int8Array
}

/**
 * Membrane potentials of one voxel's neurons, from the spikes that reached it: nothing is run again. They agree with the kernel's to its
 * rounding. (Where 16-bit sums saturated on the way they may not: here only the whole current of a timestep does.)
 *
 * @param plan the one of the run: same model, number of timesteps and precision
 * @param name a spiking layer or the output layer
 * @param voxel x, y, z on the grid of that layer
 * @throws RangeError for a layer or voxel that is not there, or spikes of another size
 */
export function traceVoxel(
  plan: EventPlan,
  run: TracedRun,
  name: string,
  voxel: Triple
): VoxelTrace {
  const layer = layerOf(plan, name)
  const grid = gridOf(layer, run.size)
  if (voxel.some((at, axis) => !Number.isInteger(at) || at < 0 || at >= grid[axis]!)) {
    throw new RangeError(
      `layer ${name} has ${grid.join('×')} voxels, and none at ${voxel.join(', ')}`
    )
  }
  const isOutput = layer.kind === 'output'
  const channels = isOutput ? plan.classes : layer.channels
  const trace: VoxelTrace = {
    layer: name,
    channels,
    timesteps: run.timesteps,
    potentials: new Float32Array(run.timesteps * channels),
    spikes: new Int8Array(run.timesteps * channels)
  }
  if (!isOutput) readSpikes(layer, grid, voxel, run, trace.spikes)
  const currents = currentsOf(plan, layer, voxel, run)
  const limited = layer.precision === 'int16' ? saturated : (value: number): number => value
  for (let c = 0; c < channels; c++) {
    let u = isOutput ? 0 : startOf(plan, layer)
    for (let t = 0; t < run.timesteps; t++) {
      const current = currents[t * layer.channels + c]!
      u = limited(u + limited(current))
      trace.potentials[t * channels + c] = u
      u -= trace.spikes[t * channels + c]!
    }
  }
  return trace
}

function layerOf({ layers }: EventPlan, name: string): PlannedLayer {
  const layer = layers.find((one) => one.name === name)
  if (!layer) throw new RangeError(`no layer is called ${name}`)
  return layer
}

function gridOf({ level }: PlannedLayer, size: Triple): Triple {
  return size.map((n) => n >> level) as Triple
}

function startOf({ initialPotential }: EventPlan, { precision }: PlannedLayer): number {
  return precision === 'int16' ? Math.round(initialPotential * UNIT) / UNIT : initialPotential
}

/** As far as 16 bits reach, over the threshold. */
function saturated(value: number): number {
  return Math.max(-32768, Math.min(32767, value * UNIT)) / UNIT
}

/** [T, channels], over the threshold, in double precision. */
function currentsOf(
  plan: EventPlan,
  layer: PlannedLayer,
  voxel: Triple,
  run: TracedRun
): Float64Array {
  const { channels, bias } = layer
  const currents = new Float64Array(run.timesteps * channels)
  const unit = layer.precision === 'int16' ? UNIT : 1
  for (let at = 0; at < currents.length; at++) currents[at] = bias[at % channels]! / unit
  if (layer.imageWeights) addImage(layer.imageWeights, voxel, run, channels, currents)
  for (const source of layer.sources) {
    addSource(layer, source, gridOf(layerOf(plan, source.from), run.size), voxel, run, currents)
  }
  return currents
}

/** The same at every timestep: the convolution of the image. */
function addImage(
  weights: Float32Array,
  voxel: Triple,
  { size, voxels }: TracedRun,
  channels: number,
  currents: Float64Array
): void {
  const [nx, ny] = size
  for (const { row, column, voxels: inputs } of inputTaps('same', voxel, size)) {
    const [x, y, z] = inputs[0]!
    const value = voxels[x + nx * (y + ny * z)]!
    const from = (row * 3 + column) * channels
    for (let at = 0; at < currents.length; at++) {
      currents[at]! += value * weights[from + (at % channels)]!
    }
  }
}

function addSource(
  layer: PlannedLayer,
  source: PlannedSource,
  grid: Triple,
  voxel: Triple,
  { bits, timesteps }: TracedRun,
  currents: Float64Array
): void {
  const { positive, negative } = bits(source.from)
  checkLength(source.from, positive, grid, source.channels, timesteps)
  for (const { row, column, parity, voxels } of inputTaps(source.tap, voxel, grid)) {
    for (let t = 0; t < timesteps; t++) {
      const to = currents.subarray(t * layer.channels, (t + 1) * layer.channels)
      const firsts = voxels.map((at) => firstBit(grid, at, t, source.channels))
      const count = (mask: Uint8Array, channel: number): number =>
        firsts.reduce((sum, first) => sum + bitAt(mask, first + channel), 0)
      for (let channel = 0; channel < source.channels; channel++) {
        const up = count(positive, channel)
        const down = negative ? count(negative, channel) : 0
        for (let bit = 0; bit < REACH[source.tap].bits; bit++) {
          const spike = ((up >> bit) & 1) - ((down >> bit) & 1)
          if (spike === 0) continue
          addWeights(layer, source, { parity, column, row, bit, channel }, spike, to)
        }
      }
    }
  }
}

/** One input's weights to all outputs, found where weights.ts has packed them. */
function addWeights(
  { kind, channels, block, precision }: PlannedLayer,
  source: PlannedSource,
  {
    parity,
    column,
    row,
    bit,
    channel
  }: Record<'parity' | 'column' | 'row' | 'bit' | 'channel', number>,
  spike: number,
  to: Float64Array
): void {
  const { rows, columns, bits } = REACH[source.tap]
  const worth = precision === 'int16' ? spike / UNIT : spike
  for (let o = 0; o < channels; o++) {
    if (kind === 'output') {
      to[o]! += spike * source.weights[sumIndex(source.channels, channel, 1 << (channel % 8), o)]!
      continue
    }
    const blockIndex = parity * (channels / block) + Math.floor(o / block)
    const tap = (blockIndex * columns + column) * rows + row
    const input = (tap * bits + bit) * source.channels + channel
    to[o]! += worth * source.weights[input * block + (o % block)]!
  }
}

function readSpikes(
  { name, channels }: PlannedLayer,
  grid: Triple,
  voxel: Triple,
  { bits, timesteps }: TracedRun,
  spikes: Int8Array
): void {
  const { positive, negative } = bits(name)
  checkLength(name, positive, grid, channels, timesteps)
  for (let t = 0; t < timesteps; t++) {
    const first = firstBit(grid, voxel, t, channels)
    for (let c = 0; c < channels; c++) {
      spikes[t * channels + c] =
        bitAt(positive, first + c) - (negative ? bitAt(negative, first + c) : 0)
    }
  }
}

function firstBit([nx, ny, nz]: Triple, [x, y, z]: Triple, t: number, channels: number): number {
  return (x + nx * (y + ny * (z + nz * t))) * channels
}

function checkLength(
  name: string,
  mask: Uint8Array,
  [nx, ny, nz]: Triple,
  channels: number,
  timesteps: number
): void {
  const wanted = (nx * ny * nz * channels * timesteps) / 8
  if (mask.length === wanted) return
  throw new RangeError(`the spikes of layer ${name} take ${mask.length} bytes and not ${wanted}`)
}
