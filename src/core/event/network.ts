import { HippospikeError } from '../../shared/errors'
import type { Triple } from '../../shared/geometry'
import type { Model } from '../../shared/model'
import type { LayerActivity } from '../metrics/operations'
import { argmaxChannels } from '../volume/resample'
import type { Crew } from './crew'
import { layoutMemory, type MemoryLayout } from './layout'
import { compileKernel } from './module'
import { planModel, type EventPlan, type EventPrecision } from './plan'
import { writeConstants, writeRecords } from './records'
import { readRecord, type SpikeRecord } from './spike-record'

export interface EventOptions {
  /** Null for the model's default. */
  timesteps: number | null
  precision: EventPrecision
  /** Bytes that the machine can spare; left out where the host cannot tell. */
  spareMemory?: () => number
}

/**
 * When to stop before T: at the first timestep, from the second on, that changes at most `tolerance` of the mask (voxels whose label
 * changed, over voxels that are no background).
 */
export interface EarlyExit {
  tolerance: number
}

/** A normalised image, padded to what the model's levels need, x fastest. */
export interface EventInput {
  size: Triple
  voxels: Float32Array
}

export interface EventRunOptions {
  keepSpikes?: boolean
  earlyExit?: EarlyExit | null
  signal?: AbortSignal | undefined
}

export interface EventRun {
  /** Mean output current over the timesteps that were run, [nz, ny, nx, K]. */
  logits: Float32Array
  /** K */
  classes: number
  /** T, or fewer after an early exit. */
  timestepsRun: number
  /** Spikes and neurons × timesteps by spiking layer, as the kernel counted them. */
  activity: LayerActivity[]
  /**
   * Accumulates that the kernel did: fewer than the synaptic operations of core/metrics, since it merges weights through the upsampling,
   * takes the bits of their count for the spikes behind a pooling, and no taps in the padding.
   */
  accumulates: number
  /** With `keepSpikes`; good until the next run. */
  record: SpikeRecord | null
}

export interface EventNetwork {
  readonly timesteps: number
  /**
   * Runs one image after the other (not two at a time).
   *
   * @throws HippospikeError: `cancelled`; `input` where the volume needs more memory than there is or has a size the levels cannot halve
   */
  run(input: EventInput, options?: EventRunOptions): Promise<EventRun>
  dispose(): Promise<void>
}

/**
 * Event-driven inference of a spiking model: a WebAssembly kernel that adds up the weights of the spikes there are, layer by layer
 * with all timesteps inside a layer, so that its cost follows the firing.
 *
 * @throws UnsupportedPlan naming the layer that the kernel cannot run; HippospikeError (usage) for an ANN
 */
export function createEventNetwork(model: Model, options: EventOptions, crew: Crew): EventNetwork {
  const plan = planModel(model, options.timesteps, options.precision)
  return new KernelNetwork(plan, crew, options.spareMemory ?? (() => Infinity))
}

const PAGE = 65536
const MAX_BYTES = 65536 * PAGE

class KernelNetwork implements EventNetwork {
  readonly timesteps: number
  private memory: WebAssembly.Memory | null = null

  constructor(
    private readonly plan: EventPlan,
    private readonly crew: Crew,
    private readonly spareMemory: () => number
  ) {
    this.timesteps = plan.timesteps
  }

  async run(
    { size, voxels }: EventInput,
    { keepSpikes = false, earlyExit = null, signal }: EventRunOptions = {}
  ): Promise<EventRun> {
    checkSize(this.plan, size, voxels.length)
    const { workers } = this.crew
    const layout = layoutMemory(this.plan, size, {
      workers,
      keepSpikes,
      windows: earlyExit !== null
    })
    const { buffer } = await this.reserve(layout)
    this.prepare(buffer, layout, voxels)
    const flag = new Int32Array(buffer, layout.plan + CANCELLED_OFFSET, 1)
    const cancel = (): void => {
      Atomics.store(flag, 0, 1)
    }
    signal?.addEventListener('abort', cancel)
    try {
      const timestepsRun = await this.runTimesteps(buffer, layout, earlyExit, signal)
      return {
        logits: readOutput(buffer, layout, this.plan, timestepsRun),
        classes: this.plan.classes,
        timestepsRun,
        activity: readActivity(buffer, layout, this.plan, workers, timestepsRun),
        accumulates: readAccumulates(buffer, layout, workers),
        record: keepSpikes ? readRecord(buffer, layout, this.plan.classes, timestepsRun) : null
      }
    } catch (cause) {
      // A crew that failed has lost its threads, and with them the memory.
      this.memory = null
      throw cause
    } finally {
      signal?.removeEventListener('abort', cancel)
    }
  }

  async dispose(): Promise<void> {
    this.memory = null
    await this.crew.close()
  }

  /** One window of all timesteps, or one a timestep until the mask has settled. */
  private async runTimesteps(
    buffer: ArrayBufferLike,
    layout: MemoryLayout,
    earlyExit: EarlyExit | null,
    signal: AbortSignal | undefined
  ): Promise<number> {
    const task = { plan: layout.plan, layers: layout.layers.length }
    const window = async (t0: number, t1: number): Promise<void> => {
      if (signal?.aborted) throw new HippospikeError('cancelled', 'cancelled')
      for (const { nextChunk } of layout.layers) new Int32Array(buffer, nextChunk, 1)[0] = 0
      await this.crew.run({ ...task, t0, t1 })
      if (signal?.aborted) throw new HippospikeError('cancelled', 'cancelled')
    }
    if (earlyExit === null) {
      await window(0, this.timesteps)
      return this.timesteps
    }
    let before: Uint8Array | null = null
    for (let t = 0; t < this.timesteps; t++) {
      await window(t, t + 1)
      const labels = argmaxChannels(readOutput(buffer, layout, this.plan, t + 1), this.plan.classes)
      if (before && changedShare(before, labels) <= earlyExit.tolerance) return t + 1
      before = labels
    }
    return this.timesteps
  }

  private async reserve(layout: MemoryLayout): Promise<WebAssembly.Memory> {
    if (this.memory && this.memory.buffer.byteLength >= layout.bytes) return this.memory
    const pages = Math.ceil(layout.bytes / PAGE)
    this.memory = null
    const memory = allocate(pages, this.spareMemory())
    await this.crew.open(await compileKernel(), memory)
    writeConstants(memory.buffer, layout)
    this.memory = memory
    return memory
  }

  private prepare(buffer: ArrayBufferLike, layout: MemoryLayout, voxels: Float32Array): void {
    writeRecords(buffer, this.plan, layout, this.crew.workers)
    new Uint8Array(buffer, layout.accumulates, 8 * this.crew.workers).fill(0)
    for (const { planned, counters, sum, size, image } of layout.layers) {
      new Uint8Array(buffer, counters, 16 * this.timesteps * this.crew.workers).fill(0)
      const [nx, ny, nz] = size
      if (sum !== 0) new Float32Array(buffer, sum, nx * ny * nz * planned.channels).fill(0)
      if (image !== 0) writeImage(buffer, image, size, voxels)
    }
  }
}

/** Of the `cancelled` field in the plan's record. */
const CANCELLED_OFFSET = 24

/** Refuses what would have the system end this program, or others, in the middle of the work. @throws HippospikeError (input) */
function allocate(pages: number, spare: number): WebAssembly.Memory {
  const bytes = pages * PAGE
  const refuse = (why: string): never => {
    throw new HippospikeError(
      'input',
      `the volume needs ${megabytes(bytes)} of memory for its spikes, ${why}`
    )
  }
  if (bytes > MAX_BYTES) {
    refuse(
      'more than the 4 GiB that WebAssembly has; segment a smaller region or use fewer timesteps'
    )
  }
  const instead = 'close other programs, segment a smaller region or use fewer timesteps'
  if (bytes > spare) refuse(`and this machine has ${megabytes(spare)} to spare; ${instead}`)
  try {
    return new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true })
  } catch {
    return refuse(`which this machine does not give; ${instead}`)
  }
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(0)} MB`
}

function checkSize({ layers }: EventPlan, size: Triple, voxels: number): void {
  const multiple = 2 ** Math.max(...layers.map(({ level }) => level))
  if (size.some((n) => n < 1 || n % multiple !== 0) || size[0] * size[1] * size[2] !== voxels) {
    throw new HippospikeError(
      'input',
      `an image of ${size.join('×')} with ${voxels} voxels does not fit a network that needs multiples of ${multiple}`
    )
  }
}

/** With a border of zeros, one voxel wide. */
function writeImage(
  buffer: ArrayBufferLike,
  at: number,
  [nx, ny, nz]: Triple,
  voxels: Float32Array
): void {
  const bordered = new Float32Array(buffer, at, (nx + 2) * (ny + 2) * (nz + 2))
  bordered.fill(0)
  for (let z = 0; z < nz; z++) {
    for (let y = 0; y < ny; y++) {
      const from = nx * (y + ny * z)
      bordered.set(voxels.subarray(from, from + nx), 1 + (nx + 2) * (y + 1 + (ny + 2) * (z + 1)))
    }
  }
}

function readOutput(
  buffer: ArrayBufferLike,
  layout: MemoryLayout,
  { classes }: EventPlan,
  timesteps: number
): Float32Array {
  const { sum, size, planned } = layout.layers.at(-1)!
  const voxels = size[0] * size[1] * size[2]
  const padded = new Float32Array(buffer, sum, voxels * planned.channels)
  const logits = new Float32Array(voxels * classes)
  for (let n = 0; n < voxels; n++) {
    for (let k = 0; k < classes; k++) {
      logits[n * classes + k] = padded[n * planned.channels + k]! / timesteps
    }
  }
  return logits
}

function readActivity(
  buffer: ArrayBufferLike,
  layout: MemoryLayout,
  plan: EventPlan,
  workers: number,
  timestepsRun: number
): LayerActivity[] {
  return layout.layers
    .filter(({ masks }) => masks !== null)
    .map(({ planned, size, counters }) => {
      const counts = new BigInt64Array(buffer, counters, 2 * plan.timesteps * workers)
      return {
        layer: planned.name,
        spikes: Number(counts.reduce((sum, n) => sum + n, 0n)),
        opportunities: size[0] * size[1] * size[2] * planned.channels * timestepsRun
      }
    })
}

function readAccumulates(buffer: ArrayBufferLike, layout: MemoryLayout, workers: number): number {
  return new BigInt64Array(buffer, layout.accumulates, workers).reduce(
    (sum, n) => sum + Number(n),
    0
  )
}

/** Voxels whose label changed, over voxels that are no background; 0 where both maps are empty. */
function changedShare(before: Uint8Array, after: Uint8Array): number {
  let changed = 0
  let mask = 0
  for (let n = 0; n < after.length; n++) {
    if (after[n] !== before[n]) changed++
    if (after[n] !== 0) mask++
  }
  return changed === 0 ? 0 : changed / Math.max(mask, 1)
}
