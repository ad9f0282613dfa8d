import type { EventPlan } from './plan'
import {
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
  writeBitTable(new Uint8Array(memory, layout.bitTable, 256 * 8))
  for (let worker = 0; worker < workers; worker++) {
    writeScratch(layout.scratch + worker * layout.scratchParts.bytes, layout.scratchParts, put)
  }
  for (const layer of layout.layers) {
    writeLayer(layer, plan, put)
    floats[layer.record / 4 + INITIAL_POTENTIAL] = plan.initialPotential
  }
}

function writeScratch(base: number, parts: ScratchLayout, put: Put): void {
  const { potentials, netCounts, currents, lists, starts, rowLists, rows, windows, reaches } = parts
  const records = rowLists.map(({ record }) => record)
  const places = [potentials, netCounts, currents, ...lists, ...starts, ...records]
  put(
    base,
    [...places, rows, windows, reaches].map((part) => base + part)
  )
  for (const { record, keys, slots, slotBytes, headBytes } of rowLists) {
    put(base + record, [base + keys, base + slots, slotBytes, headBytes])
  }
}

/** Index of the one field of a layer's record that is no integer. */
const INITIAL_POTENTIAL = 12

function writeLayer(layer: LayerLayout, plan: EventPlan, put: Put): void {
  const { planned, size, sources } = layer
  if (layer.masks) put(layer.masksRecord, maskWords(layer.masks))
  for (const [i, source] of sources.entries()) {
    const { tap, channels } = planned.sources[i]!
    const { rows, columns } = REACH[tap]
    put(source.record, [
      source.masksRecord,
      TAP[tap],
      source.weights,
      planned.bias.BYTES_PER_ELEMENT * columns * rows * channels * planned.block,
      rows
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

/** For each byte the positions of its set bits, the lowest first. */
function writeBitTable(table: Uint8Array): void {
  for (let byte = 0; byte < 256; byte++) {
    let at = byte * 8
    for (let bit = 0; bit < 8; bit++) if ((byte >> bit) & 1) table[at++] = bit
  }
}

/** Copies weights and biases to their places, which are the same for every size of volume. */
export function writeWeights(memory: ArrayBufferLike, layout: MemoryLayout): void {
  const bytes = new Uint8Array(memory)
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
