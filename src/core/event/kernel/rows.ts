import { spike16, spikeConstant } from './gather'
import { spike16Narrow, spike32Narrow } from './gather-narrow'
import { imageCurrents } from './image'
import { listSpikes } from './lists'
import { integrateRow } from './output'
import { forgetRows } from './pool'
import { REACH_BYTES } from './reach'
import {
  Kind,
  Layer,
  Mode,
  Plan,
  PooledRows,
  Reach,
  Scratch,
  Source,
  Tap,
  Window
} from './records'

/** Bytes of the spike counts of one timestep. */
const COUNT_BYTES: usize = 16
const WINDOW_BYTES: usize = offsetof<Window>()

/** Rows y0… of plane z, one segment after the other, all timesteps of a segment at once: its potentials never leave the cache. */
export function runChunk(plan: Plan, layer: Layer, worker: i32, y0: i32, z: i32, t0: i32, t1: i32): void {
  const y1 = min(y0 + plan.chunk, layer.height)
  if (layer.kind == Kind.OUTPUT) {
    integrateChunk(plan, layer, worker, y0, y1, z, t0, t1)
    return
  }
  const scratch = changetype<Scratch>(plan.scratch + <usize>(worker * plan.scratchBytes))
  for (let first = 0; first < layer.width; first += layer.segment) {
    const length = min(layer.segment, layer.width - first)
    spikeSegment(plan, layer, scratch, worker, y0, y1, z, first, length, t0, t1)
  }
}

@inline
function neuronIndex(layer: Layer, first: i32, y: i32, z: i32): usize {
  return <usize>((z * layer.height + y) * layer.width + first) * <usize>layer.channels
}

function spikeSegment(
  plan: Plan,
  layer: Layer,
  scratch: Scratch,
  worker: i32,
  y0: i32,
  y1: i32,
  z: i32,
  first: i32,
  length: i32,
  t0: i32,
  t1: i32
): void {
  const width2 = <usize>layer.width2
  const kept = neuronIndex(layer, first, y0, z) << width2
  const potentials = layer.potentials != 0 ? layer.potentials + kept : scratch.potentials
  const netCounts = layer.netCounts != 0 ? layer.netCounts + kept : scratch.netCounts
  // What is kept between calls lies in whole rows, scratch memory in segments.
  const potentialRow = <usize>((layer.potentials != 0 ? layer.width : length) * layer.channels) << width2
  const netCountRow = <usize>((layer.netCounts != 0 ? layer.width : length) * layer.channels) << width2
  const currentRow = <usize>(length * layer.channels) << 2
  const rows = <usize>(y1 - y0)
  for (let row: usize = 0; row < rows; row++) {
    if (t0 == 0) startNeurons(layer, length, potentials + row * potentialRow, netCounts + row * netCountRow)
    if (layer.kind == Kind.IMAGE) {
      imageCurrents(layer, y0 + <i32>row, z, first, length, scratch.currents + row * currentRow)
    }
  }
  const spikes = layer.spikes
  const maskRow = <usize>spikes.rowBytes
  const maskLength = <usize>(length * (layer.channels >> 3))
  const corner = <usize>(z * layer.height + y0) * maskRow + <usize>(first * (layer.channels >> 3))
  let accumulates: i64 = 0
  for (let t = t0; t < t1; t++) {
    const counts = layer.counters + <usize>(worker * layer.timesteps + t) * COUNT_BYTES
    let masks = <usize>t * <usize>spikes.stepBytes + corner
    openWindows(plan, layer, scratch, first, length, t)
    for (let row: usize = 0; row < rows; row++, masks += maskRow) {
      const positive = spikes.positive + masks
      const negative = spikes.negative + masks
      const u = potentials + row * potentialRow
      const n = netCounts + row * netCountRow
      if (layer.kind == Kind.IMAGE) {
        spikeConstant(layer, scratch.currents + row * currentRow, length, u, n, positive, negative)
      } else {
        const y = y0 + <i32>row
        const reachEnd = scratch.reaches + <usize>listSources(layer, scratch, y, z) * REACH_BYTES
        for (let channel = 0, block = 0; channel < layer.channels; channel += layer.block, block++) {
          selectWeights(layer, scratch.reaches, reachEnd, block, y, z)
          accumulates += <i64>spikeBlock(layer, scratch.reaches, reachEnd, length, channel, u, n, positive, negative)
        }
      }
      count(counts, positive, spikes.negative != 0 ? negative : 0, maskLength)
    }
  }
  note(plan, worker, accumulates * 16)
}

/** Adds the spikes of a segment to those of its timestep; `negatives` is 0 where no neuron fires negatively. */
function count(counts: usize, positives: usize, negatives: usize, bytes: usize): void {
  store<i64>(counts, load<i64>(counts) + bitsOf(positives, bytes))
  if (negatives != 0) store<i64>(counts, load<i64>(counts, 8) + bitsOf(negatives, bytes), 8)
}

/** Set bits of an even number of bytes. */
function bitsOf(at: usize, bytes: usize): i64 {
  const end = at + bytes
  let bits: i64 = 0
  for (; at + 8 <= end; at += 8) bits += popcnt(load<i64>(at))
  for (; at < end; at += 2) bits += popcnt(<i64>load<u16>(at))
  return bits
}

/** One block of output channels, by its width and precision. */
function spikeBlock(
  layer: Layer,
  reaches: usize,
  reachEnd: usize,
  length: i32,
  channel: i32,
  u: usize,
  n: usize,
  positive: usize,
  negative: usize
): i32 {
  if (layer.width2 == 2) {
    return spike16(layer, reaches, reachEnd, length, channel, u, n, positive, negative)
  }
  return layer.block == 32
    ? spike32Narrow(layer, reaches, reachEnd, length, channel, u, n, positive, negative)
    : spike16Narrow(layer, reaches, reachEnd, length, channel, u, n, positive, negative)
}

function integrateChunk(plan: Plan, layer: Layer, worker: i32, y0: i32, y1: i32, z: i32, t0: i32, t1: i32): void {
  const grid = layer.source0.masks
  const stepBytes = (<usize>(layer.width * layer.height * layer.depth) * <usize>layer.channels) << 2
  let spikes: i64 = 0
  for (let y = y0; y < y1; y++) {
    const row = <usize>(z * layer.height + y) * <usize>grid.rowBytes
    const at = neuronIndex(layer, 0, y, z) << 2
    for (let t = t0; t < t1; t++) {
      const masks = row + <usize>t * <usize>grid.stepBytes
      const positive = grid.positive + masks
      const negative = grid.negative != 0 ? grid.negative + masks : 0
      const steps = layer.steps != 0 ? layer.steps + <usize>t * stepBytes + at : 0
      integrateRow(layer, layer.width, positive, negative, layer.sum + at, steps)
      spikes += bitsOf(positive, grid.rowBytes)
      if (negative != 0) spikes += bitsOf(negative, grid.rowBytes)
    }
  }
  note(plan, worker, spikes * layer.channels)
}

@inline
function note(plan: Plan, worker: i32, accumulates: i64): void {
  const at = plan.accumulates + (<usize>worker << 3)
  store<i64>(at, load<i64>(at) + accumulates)
}

function startNeurons(layer: Layer, length: i32, potentials: usize, netCounts: usize): void {
  const bytes = <usize>(length * layer.channels) << layer.width2
  const initial = layer.width2 == 2 ? f32x4.splat(layer.initialPotential) : i16x8.splat(<i16>layer.initialUnit)
  for (let at: usize = 0; at < bytes; at += 16) v128.store(potentials + at, initial)
  if (layer.mode == Mode.TERNARY_MEMORY) memory.fill(netCounts, 0, bytes)
}

@inline
function sourceOf(layer: Layer, index: i32): Source {
  return index == 0 ? layer.source0 : layer.source1
}

/** The i-th of the addresses that begin at a field of the scratch record. */
@inline
function slotAt(fields: usize, list: i32): usize {
  return <usize>load<u32>(fields + (<usize>list << 2))
}

/** Prepares the lists of a timestep: a source has one, or two where its neurons fire negatively too. */
function openWindows(plan: Plan, layer: Layer, scratch: Scratch, first: i32, length: i32, t: i32): void {
  const base = changetype<usize>(scratch)
  let list = 0
  for (let s = 0; s < layer.sourceCount; s++) {
    const source = sourceOf(layer, s)
    const grid = source.masks
    const halve = source.tap == Tap.UPSAMPLED ? 1 : 0
    const step = <usize>t * <usize>grid.stepBytes
    const signs = grid.negative != 0 ? 2 : 1
    for (let sign = 0; sign < signs; sign++, list++) {
      const window = changetype<Window>(scratch.windows + <usize>list * WINDOW_BYTES)
      window.masks = (sign == 0 ? grid.positive : grid.negative) + step
      window.first = first >> halve
      window.length = (length + halve) >> halve
      window.bitTable = plan.bitTable
      if (source.tap == Tap.POOLED) forgetRows(changetype<PooledRows>(slotAt(base + offsetof<Scratch>('pooledRows0'), list)))
      const reach = changetype<Reach>(scratch.reaches + <usize>list * REACH_BYTES)
      reach.starts = slotAt(base + offsetof<Scratch>('starts0'), list)
      reach.halve = halve
      reach.offset = source.tap == Tap.POINT ? 4 : 0
      reach.columns = source.tap == Tap.POINT ? 4 : halve != 0 ? 8 : 12
      reach.stride = <usize>(source.rows * source.inputs * layer.block) << layer.width2
      reach.negative = sign
      reach.source = s
    }
  }
}

/** Lists what fired around row (y, z), and gives the number of lists. */
function listSources(layer: Layer, scratch: Scratch, y: i32, z: i32): i32 {
  const base = changetype<usize>(scratch)
  let list = 0
  for (let s = 0; s < layer.sourceCount; s++) {
    const source = sourceOf(layer, s)
    const signs = source.masks.negative != 0 ? 2 : 1
    for (let sign = 0; sign < signs; sign++, list++) {
      listSpikes(
        source,
        changetype<Window>(scratch.windows + <usize>list * WINDOW_BYTES),
        changetype<PooledRows>(slotAt(base + offsetof<Scratch>('pooledRows0'), list)),
        y,
        z,
        slotAt(base + offsetof<Scratch>('list0'), list),
        slotAt(base + offsetof<Scratch>('starts0'), list),
        scratch.words
      )
    }
  }
  return list
}

/** Points the lists at the weights of a block of output channels. */
function selectWeights(layer: Layer, reaches: usize, reachEnd: usize, block: i32, y: i32, z: i32): void {
  const blocks = layer.channels / layer.block
  for (let r = reaches; r < reachEnd; r += REACH_BYTES) {
    const reach = changetype<Reach>(r)
    const source = sourceOf(layer, reach.source)
    if (source.tap == Tap.UPSAMPLED) {
      const parity = ((z & 1) << 2) | ((y & 1) << 1)
      reach.even = source.weights + <usize>((parity * blocks + block) * source.blockBytes)
      reach.odd = source.weights + <usize>(((parity + 1) * blocks + block) * source.blockBytes)
    } else {
      reach.even = source.weights + <usize>(block * source.blockBytes)
      reach.odd = reach.even
    }
  }
}
