import { join } from 'node:path'
import { HippospikeError } from '../../shared/errors'
import type { Geometry, Triple } from '../../shared/geometry'
import { indexToPhysical } from '../../core/volume/geometry'
import { argmaxChannels } from '../../core/volume/resample'
import { writeProbabilities, type MaskOptions } from '../imaging/write-mask'
import { makeFolder, writeFileAtomic } from '../workspace/atomic-write'
import type { Inference, LayerSpikes } from './inference/predictor'

/** The file that every folder of spikes has. */
export const SPIKES_FILE = 'spikes.json'

/**
 * Writes what the network did, for viewers and for analysis: `<layer>_spikes.nii.gz` (4-D: spikes among the channels at each voxel and
 * timestep, on the layer's own grid in scanner space), `labels_by_timestep.nii.gz` (4-D: the label map as it stands after each timestep, on the
 * network's grid), and `spikes.json` with the firing rate of each layer at each timestep.
 *
 * @param canonical the network's grid before padding
 * @throws HippospikeError (usage) for an ANN, (output) where a file cannot be written
 */
export async function writeSpikes(
  dir: string,
  inference: Inference,
  canonical: Geometry,
  size: Triple,
  options: MaskOptions
): Promise<void> {
  const { spikes, steps, activity } = inference
  if (!spikes || !steps || !activity) {
    throw new HippospikeError('usage', '--spikes needs a spiking model; this one is an ANN')
  }
  await makeFolder(dir, options.outputs)
  const timesteps = steps.length
  for (const layer of spikes) {
    const geometry = levelGeometry(canonical, inference.paddedOffset, layer)
    await writeProbabilities(
      join(dir, `${layer.layer}_spikes.nii.gz`),
      timeInnermost(layer.counts, timesteps),
      timesteps,
      geometry,
      { format: 'other' },
      options
    )
  }
  await writeProbabilities(
    join(dir, 'labels_by_timestep.nii.gz'),
    timeInnermost(labelsByTimestep(steps, inference.classes), timesteps),
    timesteps,
    { ...canonical, size },
    { format: 'other' },
    options
  )
  const layers = spikes.map((layer) => ({
    layer: layer.layer,
    neurons: neuronsOf(layer.layer, activity, timesteps),
    netSpikesByTimestep: sumsByTimestep(layer.counts, timesteps)
  }))
  await writeFileAtomic(
    join(dir, SPIKES_FILE),
    `${JSON.stringify({ timesteps, layers }, null, 2)}\n`,
    { overwrite: options.force ?? false, outputs: options.outputs }
  )
}

function neuronsOf(layer: string, activity: Inference['activity'], timesteps: number): number {
  return activity!.find((entry) => entry.layer === layer)!.opportunities / timesteps
}

/** The grid of a pooled level: voxels 2^level times as large, whose first lies around the first of the padded grid. */
function levelGeometry(
  canonical: Geometry,
  offset: Triple,
  { level, size }: LayerSpikes
): Geometry {
  const factor = 2 ** level
  const first = offset.map((n) => (factor - 1) / 2 - n) as Triple
  return {
    size,
    spacing: canonical.spacing.map((mm) => mm * factor) as Triple,
    origin: indexToPhysical(canonical, first),
    direction: canonical.direction
  }
}

/** [T, voxels] to [voxels, T]. */
function timeInnermost(values: Float32Array, timesteps: number): Float32Array {
  const voxels = values.length / timesteps
  const result = new Float32Array(values.length)
  for (let t = 0; t < timesteps; t++) {
    for (let n = 0; n < voxels; n++) result[n * timesteps + t] = values[t * voxels + n]!
  }
  return result
}

/** The label map after each timestep, from the running sum of the output's current: [T, voxels]. */
export function labelsByTimestep(steps: Float32Array[], classes: number): Float32Array {
  const voxels = steps[0]!.length / classes
  const sum = new Float32Array(steps[0]!.length)
  const labels = new Float32Array(steps.length * voxels)
  steps.forEach((step, t) => {
    for (let n = 0; n < sum.length; n++) sum[n] = sum[n]! + step[n]!
    labels.set(argmaxChannels(sum, classes), t * voxels)
  })
  return labels
}

function sumsByTimestep(counts: Float32Array, timesteps: number): number[] {
  const voxels = counts.length / timesteps
  return Array.from({ length: timesteps }, (_, t) =>
    counts.subarray(t * voxels, (t + 1) * voxels).reduce((sum, n) => sum + n, 0)
  )
}
