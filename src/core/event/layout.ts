import type { Triple } from '../../shared/geometry'
import type { EventPlan, PlannedLayer, PlannedSource } from './plan'
import { REACH, type Tap } from './weights'

/** Entries of a spike list are numbers of 16 bits. */
const MAX_ENTRY = 0xffff
/** Eight positions of one byte for each mask of 16 bits. */
export const BIT_TABLE_BYTES = 8 * 2 ** 16
/** The list builder writes whole vectors. */
const LIST_SLACK = 16
/** A cache line, so that workers do not share one. */
const LINE = 64

/** Addresses are byte offsets into the kernel's memory. */
export interface MaskLayout {
  positive: number
  /** 0 where no neuron fires negatively. */
  negative: number
  size: Triple
  channels: number
  rowBytes: number
  stepBytes: number
}

export interface SourceLayout {
  record: number
  weights: number
  /** Record of the spikes that come in. */
  masksRecord: number
}

export interface LayerLayout {
  planned: PlannedLayer
  record: number
  size: Triple
  segment: number
  bias: number
  sources: SourceLayout[]
  /** Of its own spikes; null for the output. */
  masks: MaskLayout | null
  masksRecord: number
  /** 0 where one window does all timesteps. */
  potentials: number
  netCounts: number
  image: number
  imageWeights: number
  sum: number
  /** 0 unless the output at each timestep is kept. */
  steps: number
  nextChunk: number
  counters: number
}

export interface ScratchLayout {
  bytes: number
  potentials: number
  netCounts: number
  currents: number
  lists: number[]
  starts: number[]
  pooledRows: PooledRowsLayout[]
  words: number
  windows: number
  reaches: number
}

export interface PooledRowsLayout {
  record: number
  keys: number
  slots: number
  slotBytes: number
}

export interface MemoryLayout {
  /** All of it. */
  bytes: number
  plan: number
  layerTable: number
  bitTable: number
  accumulates: number
  /** Of the first worker; offsets in `scratchParts` count from there. */
  scratch: number
  scratchParts: ScratchLayout
  layers: LayerLayout[]
}

export interface LayoutOptions {
  workers: number
  /** Keeps the spikes of all layers and the output of each timestep; without it, what is read no more is overwritten. */
  keepSpikes: boolean
  /** Keeps the potentials between calls, so that a run can be done a few timesteps at a time. */
  windows: boolean
}

/** What AssemblyScript keeps for itself; the kernel's few constants lie from 1024 on. */
const COMPILERS_BYTES = 2048

/** Sizes of the kernel's records in bytes, as in kernel/records.ts. */
export const RECORD = {
  masks: 32,
  source: 24,
  layer: 104,
  plan: 48,
  scratch: 72,
  reach: 36,
  window: 16,
  pooledRows: 12
} as const
const MAX_LISTS = 4
/** Rows of a source that reach a row of neurons. */
const MAX_ROWS = 9
/** What the kernel notes of 16 inputs. */
const WORD_BYTES = 32
/** Rows of neurons that a worker takes at a time: many, so that pooled rows serve often; few, so that their potentials stay in the cache. */
export const CHUNK = 8

/** Hands out addresses, one after the other. */
class Arena {
  constructor(public top: number) {}

  reserve(bytes: number): number {
    const at = align(this.top)
    this.top = at + bytes
    return at
  }
}

/** Hands out addresses for pieces that are needed from one layer to another, and again for others afterwards. */
class Pool {
  private readonly pieces: { at: number; bytes: number; from: number; to: number }[] = []
  bytes = 0

  reserve(bytes: number, from: number, to: number): number {
    const busy = this.pieces
      .filter((piece) => piece.from <= to && from <= piece.to)
      .sort((a, b) => a.at - b.at)
    let at = 0
    for (const piece of busy) {
      if (at + bytes <= piece.at) break
      at = Math.max(at, align(piece.at + piece.bytes))
    }
    this.pieces.push({ at, bytes, from, to })
    this.bytes = Math.max(this.bytes, at + bytes)
    return at
  }
}

/**
 * Where everything lies for a padded volume of this size: decided before the start, so that nothing is allocated while it runs.
 *
 * @param size nx, ny, nz; multiples of what the levels need
 */
export function layoutMemory(plan: EventPlan, size: Triple, options: LayoutOptions): MemoryLayout {
  const arena = new Arena(COMPILERS_BYTES)
  const planRecord = arena.reserve(RECORD.plan)
  const layerTable = arena.reserve(4 * plan.layers.length)
  const accumulates = arena.reserve(8 * options.workers)
  // What is written once comes first: it stays where it is when the volume's size changes.
  const bitTable = arena.reserve(BIT_TABLE_BYTES)
  const fixed = plan.layers.map((planned) => layoutWeights(planned, arena))
  const layers = plan.layers.map((planned, i) =>
    layoutLayer(planned, fixed[i]!, plan, size, options, arena)
  )
  placeMasks(layers, plan, options, arena)
  const scratchParts = layoutScratch(layers)
  const scratch = arena.reserve(scratchParts.bytes * options.workers)
  return {
    bytes: arena.reserve(0),
    plan: planRecord,
    layerTable,
    bitTable,
    accumulates,
    scratch,
    scratchParts,
    layers
  }
}

type WeightLayout = Pick<LayerLayout, 'bias' | 'imageWeights' | 'sources'>

function layoutWeights({ bias, sources, imageWeights }: PlannedLayer, arena: Arena): WeightLayout {
  return {
    bias: arena.reserve(bias.byteLength),
    imageWeights: imageWeights ? arena.reserve(imageWeights.byteLength) : 0,
    sources: sources.map(({ weights }) => ({
      record: arena.reserve(RECORD.source),
      weights: arena.reserve(weights.byteLength),
      masksRecord: 0
    }))
  }
}

function layoutLayer(
  planned: PlannedLayer,
  fixed: WeightLayout,
  plan: EventPlan,
  inputSize: Triple,
  { workers, keepSpikes, windows }: LayoutOptions,
  arena: Arena
): LayerLayout {
  const size = inputSize.map((n) => n >> planned.level) as Triple
  const voxels = size[0] * size[1] * size[2]
  const floats = 4 * voxels * planned.channels
  const isOutput = planned.kind === 'output'
  const keepsState = windows && !isOutput
  const [nx, ny, nz] = size
  return {
    ...fixed,
    planned,
    record: arena.reserve(RECORD.layer),
    size,
    segment: segmentLength(planned, size[0]),
    masks: null,
    masksRecord: arena.reserve(RECORD.masks),
    potentials: keepsState ? arena.reserve(floats) : 0,
    netCounts: keepsState && plan.mode === 'ternary-memory' ? arena.reserve(floats) : 0,
    image: planned.kind === 'image' ? arena.reserve(4 * (nx + 2) * (ny + 2) * (nz + 2)) : 0,
    sum: isOutput ? arena.reserve(floats) : 0,
    steps: isOutput && keepSpikes ? arena.reserve(floats * plan.timesteps) : 0,
    nextChunk: arena.reserve(4),
    counters: arena.reserve(16 * plan.timesteps * workers)
  }
}

/** Neurons of a row that 16 bits can number the inputs of; an even number where two share a column, behind an upsampling. */
function segmentLength({ sources }: PlannedLayer, width: number): number {
  const columns = sources.map(({ tap, channels }) => {
    const most = Math.floor((MAX_ENTRY + 1) / columnInputs(tap, channels)) - 2
    return tap === 'upsampled' ? 2 * (most - 1) : most
  })
  const most = Math.min(width, ...columns)
  const paired = sources.some(({ tap }) => tap === 'upsampled')
  return paired && most < width ? most - (most % 2) : most
}

function placeMasks(
  layers: LayerLayout[],
  plan: EventPlan,
  { keepSpikes }: LayoutOptions,
  arena: Arena
): void {
  const pool = new Pool()
  const signs = plan.mode === 'binary' ? 1 : 2
  const places = layers.map(({ planned, size }, index) => {
    if (planned.kind === 'output') return null
    const rowBytes = (size[0] * planned.channels) / 8
    const stepBytes = rowBytes * size[1] * size[2]
    const last = layers.findLastIndex((other) =>
      other.planned.sources.some((source) => source.from === planned.name)
    )
    const until = keepSpikes ? layers.length : last
    return {
      rowBytes,
      stepBytes,
      at: pool.reserve(signs * stepBytes * plan.timesteps, index, until)
    }
  })
  const base = arena.reserve(pool.bytes)
  layers.forEach((layer, index) => {
    const place = places[index]
    if (!place) return
    const positive = base + place.at
    layer.masks = {
      positive,
      negative: signs === 2 ? positive + place.stepBytes * plan.timesteps : 0,
      size: layer.size,
      channels: layer.planned.channels,
      rowBytes: place.rowBytes,
      stepBytes: place.stepBytes
    }
  })
  const records = new Map(layers.map((layer) => [layer.planned.name, layer.masksRecord]))
  for (const { sources, planned } of layers) {
    sources.forEach((source, i) => (source.masksRecord = records.get(planned.sources[i]!.from)!))
  }
}

function layoutScratch(layers: LayerLayout[]): ScratchLayout {
  const arena = new Arena(RECORD.scratch)
  const most = (of: (layer: LayerLayout) => number): number => Math.max(...layers.map(of))
  const mostOfSources = (of: (source: PlannedSource, segment: number) => number): number =>
    most(({ planned, segment }) => Math.max(0, ...planned.sources.map((one) => of(one, segment))))
  const stateBytes = ({ segment, planned }: LayerLayout): number =>
    4 * CHUNK * segment * planned.channels
  const potentials = arena.reserve(most(stateBytes))
  const netCounts = arena.reserve(most(stateBytes))
  const currents = arena.reserve(
    most((layer) => (layer.planned.kind === 'image' ? stateBytes(layer) : 0))
  )
  const each = <P>(place: () => P): P[] => Array.from({ length: MAX_LISTS }, place)
  const listBytes = mostOfSources(
    (source, segment) => 2 * REACH[source.tap].rows * rowInputs(source, segment) + LIST_SLACK
  )
  const startsBytes = 4 * (most(({ segment }) => segment) + 3)
  const slotBytes = align(
    mostOfSources((source, segment) =>
      source.tap === 'pooled' ? rowInputs(source, segment) / 8 : 0
    )
  )
  return {
    potentials,
    netCounts,
    currents,
    lists: each(() => arena.reserve(listBytes)),
    starts: each(() => arena.reserve(startsBytes)),
    pooledRows: each(() => ({
      record: arena.reserve(RECORD.pooledRows),
      keys: arena.reserve(4 * MAX_ROWS),
      slots: arena.reserve(MAX_ROWS * slotBytes),
      slotBytes
    })),
    words: arena.reserve(
      mostOfSources(({ tap, channels }) => columnInputs(tap, channels) / 16) * WORD_BYTES
    ),
    windows: arena.reserve(MAX_LISTS * RECORD.window),
    reaches: arena.reserve(MAX_LISTS * RECORD.reach),
    bytes: arena.reserve(0)
  }
}

/** Inputs of a row of neurons that have the same x. */
function columnInputs(tap: Tap, channels: number): number {
  const { rows, bits } = REACH[tap]
  return rows * bits * channels
}

/** Inputs in one row of the source. */
function rowInputs({ tap, channels }: PlannedSource, segment: number): number {
  const columns = tap === 'upsampled' ? Math.ceil(segment / 2) + 2 : segment + 2
  return columns * REACH[tap].bits * channels
}

function align(bytes: number): number {
  return Math.ceil(bytes / LINE) * LINE
}
