import { HippospikeError } from '../../../shared/errors'
import type { Preprocessing } from '../../../shared/model'
import type { Part } from '../../../shared/training'
import type { TrainingCase } from '../../../core/training/augmentation'
import { openDataset, type Dataset } from '../../imaging/dataset'
import { readTrainingCase } from '../cases'
import { throwIfCancelled, type JobContext } from '../jobs/job'

/** The data sets of a training, open. */
export interface TrainingData {
  dataset: Dataset
  /** To rehearse on; null for none. */
  rehearsal: Dataset | null
}

/** What of them is read. */
export interface TrainingCases {
  training: TrainingCase[]
  validation: TrainingCase[]
  rehearsal: TrainingCase[]
}

/** @throws HippospikeError (input) as `openDataset` */
export async function openTrainingData(request: {
  data: string
  rehearsal?: string | null | undefined
}): Promise<TrainingData> {
  const folder = request.rehearsal ?? null
  return {
    dataset: await openDataset(request.data),
    rehearsal: folder === null ? null : await openDataset(folder)
  }
}

/** @throws HippospikeError (input) as {@link loadCases} */
export async function readTrainingData(
  { dataset, rehearsal }: TrainingData,
  preprocessing: Preprocessing,
  context: JobContext
): Promise<TrainingCases> {
  return {
    training: await loadCases(dataset, 'train', preprocessing, context),
    validation: await loadCases(dataset, 'validation', preprocessing, context),
    rehearsal: rehearsal ? await loadCases(rehearsal, 'train', preprocessing, context) : []
  }
}

/** What tells a run on these data from another. */
export function dataIdentity({ dataset, rehearsal }: TrainingData): {
  data: string
  rehearsal: string | null
} {
  return { data: dataset.datasetHash, rehearsal: rehearsal?.datasetHash ?? null }
}

/** What a model says of the data it was trained on. */
export function dataProvenance(
  { dataset, rehearsal }: TrainingData,
  cases: TrainingCases
): Record<'data' | 'rehearsal', unknown> {
  const { training, validation } = cases
  return {
    data: { hash: dataset.datasetHash, training: training.length, validation: validation.length },
    rehearsal: rehearsal && { hash: rehearsal.datasetHash, training: cases.rehearsal.length }
  }
}

/**
 * Reads the cases of a split onto the network's grid.
 *
 * @throws HippospikeError (input) for a file that cannot be read, and where there is nothing to train on
 */
export async function loadCases(
  dataset: Dataset,
  split: Exclude<Part, 'test'>,
  preprocessing: Preprocessing,
  context: JobContext
): Promise<TrainingCase[]> {
  const sources = dataset.cases.filter((source) => source.split === split)
  if (split === 'train' && sources.length === 0) {
    throw new HippospikeError(
      'input',
      `${dataset.dir} has no training cases; list some under split.train in its dataset.json, or leave the split out`
    )
  }
  const cases: TrainingCase[] = []
  for (const source of sources) {
    context.progress('load', cases.length / sources.length, `reading ${split} case ${source.id}`)
    cases.push(await readTrainingCase(source, preprocessing))
    throwIfCancelled(context)
  }
  return cases
}
