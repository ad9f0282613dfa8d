import type { Triple } from '../../../shared/geometry'
import { variantFor, type Model } from '../../../shared/model'
import type { RuntimeInfo } from '../../../shared/runtime'
import type { SpikeRecord } from '../../../core/event'
import type { LayerActivity } from '../../../core/metrics/operations'
import type { NetworkInput } from '../../../core/snn/prediction'

/** Spikes of one layer over all timesteps, summed over its channels, cropped to nothing: on the padded grid of its level. */
export interface LayerSpikes {
  layer: string
  level: number
  /** Voxels of the padded input at this level, [nx, ny, nz]. */
  size: Triple
  /** [T, nz, ny, nx]: spikes among the channels, negative ones subtracted. */
  counts: Float32Array
}

export interface Inference {
  /** [nz, ny, nx, K] on the input's grid, channels innermost. */
  logits: Float32Array
  classes: number
  /** Voxels of the padded input, for counting operations. */
  paddedVoxels: number
  /** Fewer than asked for after an early exit; null for an ANN. */
  timestepsRun: number | null
  /** Of the spiking layers; null for an ANN. */
  activity: LayerActivity[] | null
  /** What the event-driven kernel added up in fact; null for a dense runtime. */
  accumulates: number | null
  /** With `recordSpikes` alone. */
  spikes: LayerSpikes[] | null
  /** With `recordSpikes`: the output layer's current at each timestep that was run, each [nz, ny, nx, K]. */
  steps: Float32Array[] | null
  /** With `recordSpikes` on the event runtime: every spike by itself. Good until the next run. */
  record: SpikeRecord | null
  paddedSize: Triple
  paddedOffset: Triple
}

export interface InferOptions {
  recordSpikes?: boolean
  signal?: AbortSignal
}

/** How the event-driven kernel works, as run.json has it. */
export interface EventSettings {
  precision: 'float32' | 'int16'
  threads: number
  /** Share of changing labels at which it stops; null for all timesteps. */
  earlyExit: number | null
}

/** A model on a runtime, ready to infer. */
export interface Predictor {
  readonly runtime: RuntimeInfo
  /** Null for an ANN. */
  readonly timesteps: number | null
  /** Null for a dense runtime. */
  readonly event: EventSettings | null
  /** What the caller should know of the choice of timesteps. */
  readonly warnings: string[]
  infer(input: NetworkInput, options?: InferOptions): Promise<Inference>
  dispose(): Promise<void>
}

/**
 * The timesteps that a model runs for; null for an ANN.
 *
 * @param asked null for the model's default
 * @throws HippospikeError (usage) when timesteps are asked of an ANN
 */
export function timestepsOf({ manifest }: Model, asked: number | null): number | null {
  if (asked !== null) variantFor(manifest, asked)
  return manifest.spiking && (asked ?? manifest.spiking.defaultTimesteps)
}

/** What the caller should know of running a model for so many timesteps. */
export function timestepWarnings({ manifest }: Model, timesteps: number | null): string[] {
  if (timesteps === null) return []
  const tuned = variantFor(manifest, timesteps).timesteps
  return tuned === timesteps
    ? []
    : [`the model was tuned for T=${tuned}; T=${timesteps} uses the same weights and was not tuned`]
}
