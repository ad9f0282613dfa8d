import {
  traceVoxel,
  type EventPlan,
  type SpikeRecord,
  type TracedRun,
  type VoxelTrace
} from '../../src/core/event'
import type { Triple } from '../../src/shared/geometry'
import type { SpikeMode } from '../../src/shared/model'

export interface Differences {
  /** Spikes (neurons and timesteps) that one run has and the other has not. */
  spikes: number
  /** Neurons that differ first although all their inputs until then are the same: where a difference begins. */
  roots: number
  /** Over all roots: the largest distance of a potential from where it decides, over the threshold. */
  largestDistance: number
}

/**
 * Why two runs of the same network on the same image differ. A neuron's potentials are computed from either run's spikes, by the same
 * sums: where they are equal up to its first differing spike, the difference begins there, and its potential must lie within rounding
 * of a place where it decides. Everywhere else it was brought in by spikes that differed before.
 */
export function findDifferences(
  plan: EventPlan,
  one: TracedRun,
  otherBits: SpikeRecord['bits']
): Differences {
  const other: TracedRun = { ...one, bits: otherBits }
  const found: Differences = { spikes: 0, roots: 0, largestDistance: 0 }
  for (const { name, level, channels, kind } of plan.layers) {
    if (kind === 'output') continue
    const size = one.size.map((n) => n >> level) as Triple
    const voxels = differingVoxels(one.bits(name), other.bits(name), channels, size)
    for (const voxel of voxels) {
      const a = traceVoxel(plan, one, name, voxel)
      const b = traceVoxel(plan, other, name, voxel)
      compareVoxel(plan.mode, a, b, found)
    }
  }
  return found
}

function compareVoxel(mode: SpikeMode, a: VoxelTrace, b: VoxelTrace, found: Differences): void {
  for (let c = 0; c < a.channels; c++) {
    let isFirst = true
    for (let t = 0; t < a.timesteps; t++) {
      const at = t * a.channels + c
      if (a.spikes[at] === b.spikes[at]) continue
      found.spikes++
      // The potential is that before the reset: equal where all inputs up to now are.
      if (isFirst && a.potentials[at] === b.potentials[at]) {
        found.roots++
        found.largestDistance = Math.max(found.largestDistance, distance(mode, a.potentials[at]!))
      }
      isFirst = false
    }
  }
}

/** Of a potential from the nearest place where the neuron decides. */
function distance(mode: SpikeMode, u: number): number {
  const places = { binary: [1], ternary: [1, -1], 'ternary-memory': [1, 0] }[mode]
  return Math.min(...places.map((place) => Math.abs(u - place)))
}

type Bits = ReturnType<SpikeRecord['bits']>

function differingVoxels(a: Bits, b: Bits, channels: number, [nx, ny, nz]: Triple): Triple[] {
  const bytes = channels / 8
  const voxels = nx * ny * nz
  const found = new Set<number>()
  const compare = (one: Uint8Array, other: Uint8Array): void => {
    for (let at = 0; at < one.length; at++) {
      if (one[at] !== other[at]) found.add(Math.floor(at / bytes) % voxels)
    }
  }
  compare(a.positive, b.positive)
  if (a.negative && b.negative) compare(a.negative, b.negative)
  return [...found].map((n): Triple => [n % nx, Math.floor(n / nx) % ny, Math.floor(n / (nx * ny))])
}
