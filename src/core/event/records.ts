import type { EventPlan } from './plan'
import {
  BIT_TABLE_BYTES,
  CHUNK,
  type LayerLayout,
  type MaskLayout,
  type MemoryLayout,
  type ScratchLayout
} from './layout'
import { REACH, UNIT, type Tap } from './weights'

/** Writes words at an address. */
type Put = (record: number, values: number[]) => void

/** The kernel's numbers for what its records say; see kernel/records.ts. */
const TAP: Readonly<Record<Tap, number>> = { same: 0, pooled: 1, upsampled: 2, point: 3 }
const MODE = { binary: 0, ternary: 1, 'ternary-memory': 2 } as const
const KIND = { spiking: 0, image: 1, output: 2 } as const

/**
 * Writes what the kernel needs besides the weights: its records and tables, in the order of the classes in kernel/records.ts.
 * Counts, sums and meetings start at zero.
 */
export function writeRecords(
  memory: ArrayBufferLike,
  plan: EventPlan,
  layout: MemoryLayout,
  workers: number
): void {
  const words = new Uint32Array(memory)
  const floats = new Float32Array(memory)
  const put: Put = (record, values) => {
    words.set(values, record / 4)
  }
  put(layout.plan, [
    layout.layerTable,
    layout.layers.length,
    workers,
    CHUNK,
    0,
    0,
    0,
    layout.bitTable,
    layout.scratch,
    layout.scratchParts.bytes,
    layout.accumulates
  ])
  put(
    layout.layerTable,
    layout.layers.map(({ record }) => record)
  )
  for (let worker = 0; worker < workers; worker++) {
    writeScratch(layout.scratch + worker * layout.scratchParts.bytes, layout.scratchParts, put)
  }
  for (const layer of layout.layers) {
    writeLayer(layer, plan, put)
    floats[layer.record / 4 + INITIAL_POTENTIAL] = plan.initialPotential
  }
}

function writeScratch(base: number, parts: ScratchLayout, put: Put): void {
  const { potentials, netCounts, currents, lists, starts, pooledRows, words, windows, reaches } =
    parts
  const records = pooledRows.map(({ record }) => record)
  const places = [potentials, netCounts, currents, ...lists, ...starts, ...records]
  put(
    base,
    [...places, words, windows, reaches].map((part) => base + part)
  )
  for (const { record, keys, slots, slotBytes } of pooledRows) {
    put(base + record, [base + keys, base + slots, slotBytes])
  }
}

/** Index of the one field of a layer's record that is no integer. */
const INITIAL_POTENTIAL = 12

function writeLayer(layer: LayerLayout, plan: EventPlan, put: Put): void {
  const { planned, size, sources } = layer
  if (layer.masks) put(layer.masksRecord, maskWords(layer.masks))
  for (const [i, source] of sources.entries()) {
    const { tap, channels, weights } = planned.sources[i]!
    const { rows, parities, bits } = REACH[tap]
    put(source.record, [
      source.masksRecord,
      TAP[tap],
      source.weights,
      (weights.byteLength / (parities * planned.channels)) * planned.block,
      rows,
      bits * channels
    ])
  }
  put(layer.record, [
    KIND[planned.kind],
    MODE[plan.mode],
    ...size,
    planned.channels,
    planned.block,
    layer.segment,
    Math.log2(planned.bias.BYTES_PER_ELEMENT),
    layer.bias,
    UNIT,
    Math.round(plan.initialPotential * UNIT),
    0,
    layer.masksRecord,
    layer.potentials,
    layer.netCounts,
    layer.image,
    layer.imageWeights,
    layer.sum,
    layer.steps,
    layer.nextChunk,
    sources.length,
    sources[0]?.record ?? 0,
    sources[1]?.record ?? 0,
    layer.counters,
    plan.timesteps
  ])
}

function maskWords({
  positive,
  negative,
  size,
  channels,
  rowBytes,
  stepBytes
}: MaskLayout): number[] {
  return [positive, negative, ...size, channels, rowBytes, stepBytes]
}

/** For each 16-bit mask the positions of its first eight set bits. */
function writeBitTable(table: Uint8Array): void {
  for (let mask = 1; mask < BIT_TABLE_BYTES / 8; mask++) {
    const highest = 31 - Math.clz32(mask)
    const others = mask ^ (1 << highest)
    let count = 0
    for (let left = others; left !== 0 && count < 8; left &= left - 1, count++) {
      table[mask * 8 + count] = table[others * 8 + count]!
    }
    if (count < 8) table[mask * 8 + count] = highest
  }
}

/** Writes what is the same for every size of volume, and lies in the same places: the weights, the biases and the table of bits. */
export function writeConstants(memory: ArrayBufferLike, layout: MemoryLayout): void {
  const bytes = new Uint8Array(memory)
  writeBitTable(bytes.subarray(layout.bitTable, layout.bitTable + BIT_TABLE_BYTES))
  const put = (values: Float32Array | Int16Array, at: number): void => {
    bytes.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), at)
  }
  for (const { planned, bias, imageWeights, sources } of layout.layers) {
    put(planned.bias, bias)
    if (planned.imageWeights) put(planned.imageWeights, imageWeights)
    sources.forEach(({ weights }, i) => {
      put(planned.sources[i]!.weights, weights)
    })
  }
}
