import type { Preprocessing } from '../../shared/model'
import { CROP_LABELS, FREESURFER_LABELS } from '../../shared/labels'
import { WHOLE_LABEL } from '../../shared/training'
import { normaliseIntensities } from '../../core/volume/preprocess'
import { handedness, mirrored } from '../../core/volume/handedness'
import { labelsToCanonical, toCanonical } from '../../core/volume/resample'
import type { Volume } from '../../core/volume/volume'
import type { NetworkInput } from '../../core/snn/prediction'
import type { TrainingCase } from '../../core/training/augmentation'
import { readImage, readLabels } from '../imaging/read-image'
import type { CanonicalMapping } from '../../core/volume/resample'
import type { DatasetCase } from '../imaging/dataset'
import { checkFieldOfView } from './segmentation/crop-part'
import { checkSameGrid } from '../workspace/grid'

/**
 * A crop as the network takes it in, and the way back to its own grid. The crop is stored from left to right or from right to left,
 * whichever puts its brighter hand last, so that a crop and its mirror image are one and the same to the network, and get the same mask.
 * See docs/decisions/canonical-grid.md.
 */
export function networkInput(
  volume: Volume,
  { spacing, clipPercentiles }: Preprocessing
): { input: NetworkInput; mapping: CanonicalMapping } {
  const canonical = toCanonical(volume, spacing)
  const { geometry } = canonical.volume
  const voxels = normaliseIntensities(canonical.volume.voxels, clipPercentiles)
  const seen = { volume: { geometry, voxels }, mapping: canonical.mapping }
  const turned = handedness(voxels, geometry.size) < 0 ? mirrored(seen) : seen
  return { input: { size: geometry.size, image: turned.volume.voxels }, mapping: turned.mapping }
}

/** Labels of a hippocampus whose parts are not told apart. */
const WHOLE_LABELS: readonly number[] = [WHOLE_LABEL, ...Object.values(FREESURFER_LABELS)]

/** What to do about a case that shows more than one hippocampus and what is around it. */
const CUT_OUT = 'cut each hippocampus out of it, image and label alike'

/** A labelled case with everything needed for scoring on its own grid. */
export interface LabelledCase {
  id: string
  input: NetworkInput
  mapping: CanonicalMapping
  /** 1 and 2; or nothing but {@link WHOLE_LABEL} where a voxel's part is not known. */
  labels: Volume<Uint8Array>
}

/** @throws HippospikeError (input) for an unreadable file, an image larger than a crop, or labels on another grid than the image's */
export async function readLabelledCase(
  source: DatasetCase,
  preprocessing: Preprocessing
): Promise<LabelledCase> {
  const { volume } = await readImage(source.imagePath)
  const labels = await readLabels(source.labelPath, [
    ...CROP_LABELS.map(({ index }) => index),
    ...WHOLE_LABELS
  ])
  if (labels.voxels.some((label) => WHOLE_LABELS.includes(label))) {
    labels.voxels = labels.voxels.map((label) => (label === 0 ? 0 : WHOLE_LABEL))
  }
  checkFieldOfView(source.imagePath, volume.geometry, CUT_OUT)
  checkSameGrid(source.labelPath, labels.geometry, volume.geometry)
  return { id: source.id, labels, ...networkInput(volume, preprocessing) }
}

/** The case on the network's grid, labels too, as training takes it. */
export async function readTrainingCase(
  source: DatasetCase,
  preprocessing: Preprocessing
): Promise<TrainingCase> {
  const { id, input, mapping, labels } = await readLabelledCase(source, preprocessing)
  return { id, ...input, labels: labelsToCanonical(labels, mapping).voxels }
}
