import { join } from 'node:path'
import { HippospikeError } from '../../../shared/errors'
import type { Triple } from '../../../shared/geometry'
import type { SegmentRequest } from '../../../shared/jobs'
import type { Model } from '../../../shared/model'
import type { Volume } from '../../../core/volume/volume'
import type { OutputSet } from '../../workspace/atomic-write'
import type { Predictor } from '../inference/predictor'
import { writePotentials } from '../potentials-file'
import { writeSpikes } from '../spike-files'
import { keepSpikes, type RecordedInference } from '../spike-recording'
import type { SegmentedRegion } from './infer-region'
import type { LocatedHead } from './locate'

/** What a segmentation's activity is of. */
export interface Recorded {
  located: LocatedHead | null
  model: Model
  predictor: Predictor
  image: Volume
}

/** The spikes of a region go into a folder, of a head into one a side. */
function placeOf(dir: string, { side }: SegmentedRegion['region'], { located }: Recorded): string {
  return located && side ? join(dir, side) : dir
}

/** Writes the spikes of a region where they are wanted. */
export async function keepActivity(
  { spikes, spikeStore }: SegmentRequest,
  { region, inference }: SegmentedRegion,
  recorded: Recorded,
  writing: { force: boolean; outputs: OutputSet }
): Promise<string[]> {
  const { mapping, input } = region
  if (spikes !== null) {
    const dir = placeOf(spikes, region, recorded)
    await writeSpikes(dir, inference, mapping.canonical, input.size, writing)
  }
  if (typeof spikeStore !== 'string') return []
  const dir = placeOf(spikeStore, region, recorded)
  return keepSpikes(dir, inference, inferenceOf(region, recorded), writing)
}

/** Writes the potentials at the voxels that the region holds, and gives the others. */
export async function keepPotentials(
  { spikes, force }: SegmentRequest,
  voxels: Triple[],
  { region, inference }: SegmentedRegion,
  recorded: Recorded,
  { outputs }: { outputs: OutputSet }
): Promise<Triple[]> {
  if (voxels.length === 0 || spikes === null) return []
  const dir = placeOf(spikes, region, recorded)
  const writing = { overwrite: force, outputs }
  return writePotentials(dir, voxels, inference, inferenceOf(region, recorded), writing)
}

/** Before anything is computed. @throws HippospikeError (usage) for potentials that cannot be had */
export function checkPotentials(
  { potentials = [], spikes }: SegmentRequest,
  { event, runtime }: Predictor
): void {
  if (potentials.length === 0) return
  if (spikes === null) {
    throw new HippospikeError('usage', '--potentials go into the folder of --spikes; give both')
  }
  if (event !== null) return
  throw new HippospikeError(
    'usage',
    `--potentials: ${runtime.runtime} does not record membrane potentials, only event does`
  )
}

/** @throws HippospikeError (usage) for voxels whose potentials are wanted and that the network did not see */
export function checkSeen([voxel]: Triple[], isHead: boolean): void {
  if (voxel === undefined) return
  const where = isHead ? 'the boxes around the hippocampi' : 'what was segmented'
  throw new HippospikeError(
    'usage',
    `--potentials ${voxel.join(',')}: the voxel lies outside ${where}, which is all that the network saw; choose one inside`
  )
}

function inferenceOf(
  { mapping, input, roi }: SegmentedRegion['region'],
  { model, predictor, image }: Recorded
): RecordedInference {
  return { model, predictor, input, mapping, roi, imageSize: image.geometry.size }
}
