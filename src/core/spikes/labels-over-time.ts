import type { Triple } from '../../shared/geometry'
import { dice } from '../metrics/overlap'
import { softmaxChannels } from '../snn/softmax'
import { uncrop, type Roi } from '../volume/crop'
import { labelsFromScores, type CanonicalMapping } from '../volume/resample'

/** How the network's output becomes a label map of the image. */
export interface OutputPlace {
  classes: number
  /** Between the region that was segmented and the network's grid. */
  mapping: CanonicalMapping
  /** Where that region lies in the image; null where it is the whole. */
  roi: Roi | null
  /** Of the image. */
  size: Triple
}

/**
 * The label map as it stands after each timestep, on the image's grid: what the network would have answered had it stopped there. Decided
 * as the segmentation itself is, from the mean of the output layer's currents so far.
 *
 * @param steps the output's current at each timestep, each [nz, ny, nx, K] on the network's grid without padding
 */
export function labelsOverTime(steps: readonly Float32Array[], place: OutputPlace): Uint8Array[] {
  const { classes, mapping, roi, size } = place
  const sum = new Float32Array(steps[0]?.length ?? 0)
  return steps.map((step, t) => {
    const mean = new Float32Array(sum.length)
    for (let n = 0; n < sum.length; n++) {
      sum[n]! += step[n]!
      mean[n] = sum[n]! / (t + 1)
    }
    const { voxels } = labelsFromScores(softmaxChannels(mean, classes), classes, mapping)
    return roi === null ? voxels : uncrop(voxels, roi, size)
  })
}

/**
 * The last timestep (from 1) at which each voxel changed its label; before the first the mask is empty, so that 0 means a voxel that was
 * background throughout.
 */
export function timeToStable(labels: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const stable = new Uint8Array(labels[0]?.length ?? 0)
  labels.forEach((now, t) => {
    const before = labels[t - 1]
    for (let n = 0; n < now.length; n++) if (now[n] !== (before ? before[n] : 0)) stable[n] = t + 1
  })
  return stable
}

export interface Agreement {
  /** From 1. */
  t: number
  /** Dice of the whole hippocampus with the mask at the last timestep. */
  toFinal: number
  /** The same with the ground truth; null where there is none. */
  toTruth: number | null
  /** Voxels whose label is another than at the timestep before; at the first, than background. */
  changedVoxels: number
}

/** What an expert drew, on the grid of the label maps that it is compared with. */
export interface Truth {
  voxels: Uint8Array
  /** Voxels of it that lie beyond that grid. */
  outside: number
}

/** How the mask settles. */
export function agreementOverTime(labels: readonly Uint8Array[], truth: Truth | null): Agreement[] {
  const last = labels.at(-1)
  return labels.map((now, t) => ({
    t: t + 1,
    toFinal: dice(now, last!),
    toTruth: truth && dice(now, truth.voxels, truth.outside),
    changedVoxels: changes(labels[t - 1] ?? null, now)
  }))
}

function changes(before: Uint8Array | null, now: Uint8Array): number {
  let count = 0
  for (let n = 0; n < now.length; n++) if (now[n] !== (before ? before[n] : 0)) count++
  return count
}
