import { join } from 'node:path'
import type { Triple } from '../../shared/geometry'
import { planModel, traceVoxel, type SpikeRecord } from '../../core/event'
import { paddedVoxel } from '../../core/spikes'
import { padToMultiple } from '../../core/volume/preprocess'
import { writeFileAtomic, type WriteOptions } from '../workspace/atomic-write'
import type { Inference } from './inference/predictor'
import type { RecordedInference } from './spike-recording'

/** Beside the spikes. */
export const POTENTIALS_FILE = 'potentials.csv'

const HEADER = 'i,j,k,layer,x,y,z,channel,timestep,potential,spike'
/** Of the 32-bit floats that they are. */
const DIGITS = 8

/**
 * Writes the membrane potentials of the neurons at voxels of the image, a row for each neuron and timestep (from 1): the voxel, the layer and the
 * neuron's place on its padded grid, its channel (from 0), its potential over the threshold when the timestep's current has come in and before the
 * reset, and its spike. Of the output layer, which has no threshold, the sum of the currents.
 *
 * @returns the voxels that this inference did not see; where it saw none, nothing is written
 * @throws HippospikeError (output)
 */
export async function writePotentials(
  dir: string,
  voxels: readonly Triple[],
  { record, paddedOffset }: Inference,
  { model, predictor, input, mapping, roi, imageSize }: RecordedInference,
  options: Pick<WriteOptions, 'overwrite' | 'outputs'>
): Promise<Triple[]> {
  if (!record || !predictor.event) throw new Error('no spikes were recorded')
  const { source, canonical } = mapping
  const place = { imageSize, roi, source, canonical, paddedOffset }
  const plan = planModel(model, predictor.timesteps, predictor.event.precision)
  const padded = padToMultiple(input.image, input.size, model.manifest.preprocessing.padMultiple)
  const bits: SpikeRecord['bits'] = (layer) => record.bits(layer)
  const run = { ...padded, timesteps: record.timesteps, bits }
  const unseen: Triple[] = []
  const rows: string[] = []
  for (const voxel of voxels) {
    const seen = paddedVoxel(voxel, place)
    if (seen === null) {
      unseen.push(voxel)
      continue
    }
    for (const { name, level } of plan.layers) {
      const at = seen.map((n) => n >> level) as Triple
      const { channels, timesteps, potentials, spikes } = traceVoxel(plan, run, name, at)
      for (let c = 0; c < channels; c++) {
        for (let t = 0; t < timesteps; t++) {
          const n = t * channels + c
          const potential = Number(potentials[n]!.toPrecision(DIGITS))
          rows.push([...voxel, name, ...at, c, t + 1, potential, spikes[n]!].join(','))
        }
      }
    }
  }
  if (rows.length > 0) {
    await writeFileAtomic(join(dir, POTENTIALS_FILE), `${[HEADER, ...rows].join('\n')}\n`, options)
  }
  return unseen
}
