import type { Triple } from '../../shared/geometry'
import type { Model } from '../../shared/model'
import type { NetworkInput } from '../../core/snn/prediction'
import type { Roi } from '../../core/volume/crop'
import { padToMultiple } from '../../core/volume/preprocess'
import type { CanonicalMapping } from '../../core/volume/resample'
import type { OutputSet } from '../workspace/atomic-write'
import { writeSpikeStore } from '../workspace/spike-store'
import type { Inference, Predictor } from './inference/predictor'

/** What went into an inference, and where it belongs. */
export interface RecordedInference {
  model: Model
  predictor: Pick<Predictor, 'event' | 'timesteps' | 'runtime'>
  input: NetworkInput
  mapping: CanonicalMapping
  roi: Roi | null
  imageSize: Triple
}

/**
 * Keeps every spike of an inference for the views of spike activity. Of an ANN there are none to keep.
 *
 * @param dir folder to write
 * @returns warnings: where a spiking model ran on a runtime that does not record its spikes
 * @throws HippospikeError (output)
 */
export async function keepSpikes(
  dir: string,
  { record, steps, classes, paddedSize, paddedOffset }: Inference,
  { model, predictor, input, mapping, roi, imageSize }: RecordedInference,
  { force, outputs }: { force: boolean; outputs: OutputSet }
): Promise<string[]> {
  const { manifest } = model
  if (manifest.spiking === null) return []
  if (!record || !steps || !predictor.event) {
    return [
      `the spikes were not kept: ${predictor.runtime.runtime} does not record them; segment on the event runtime to see them`
    ]
  }
  const recording = {
    manifest,
    timesteps: predictor.timesteps!,
    precision: predictor.event.precision,
    layers: record.layers.map((layer) => ({ ...layer, ...record.bits(layer.name) })),
    steps,
    classes,
    imageSize,
    roi,
    mapping,
    paddedSize,
    paddedOffset,
    paddedInput: padToMultiple(input.image, input.size, manifest.preprocessing.padMultiple).voxels
  }
  await writeSpikeStore(dir, recording, { overwrite: force, outputs })
  return []
}
