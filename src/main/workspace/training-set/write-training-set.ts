import { rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { HippospikeError } from '../../../shared/errors'
import { CROP_LABELS, HEMISPHERE } from '../../../shared/labels'
import { partSchema, WHOLE_LABEL, type RunCase } from '../../../shared/training'
import { trainingSetEngine, type TrainingSetEngine } from '../../jobs/training-set'
import { openDataset } from '../../imaging/dataset'
import { makeFolder, outputError } from '../atomic-write'
import { assertPresent } from '../folder'
import { writeJson } from '../json-file'
import { assessSet, type AssessedCase, type AssessedSet } from './assess'

/** A run's data set, as it was written. */
export interface WrittenTrainingSet {
  cases: RunCase[]
  /** As the engine knows the data set: over its cases, their parts and the bytes of their files. */
  dataSha256: string
}

/**
 * Writes the data set of a run in the Decathlon's layout: a crop a hippocampus on the scan's own grid, divided by subject. It is there whole or
 * not at all; one that was there before is replaced.
 *
 * @param dir folder of the data set
 * @param engine cuts the crops
 * @throws HippospikeError (input) where the cases cannot be trained on as they are, naming the first that is wrong; (output) where it cannot
 *   be written
 */
export async function writeTrainingSet(
  root: string,
  caseIds: readonly string[],
  seed: number,
  dir: string,
  engine: TrainingSetEngine = trainingSetEngine()
): Promise<WrittenTrainingSet> {
  await assertPresent(root)
  const set = await assessSet(root, caseIds, seed, engine, null)
  if (!set.canStart) throw notTrainable(set)
  const cases = set.cases.flatMap(runCases)
  const partial = `${dir}.partial`
  try {
    await rm(partial, { recursive: true, force: true })
    await makeFolder(partial)
    await engine.cut({
      cases: set.cases.map((one) => ({
        image: one.chosen!.image,
        mask: one.chosen!.mask,
        crops: runCases(one).map(({ id, side, mask }) => ({
          // The labels of a crop are the same on either side.
          side: id === one.found.id ? null : side,
          mask,
          imageOut: join(partial, 'imagesTr', `${id}.nii.gz`),
          labelOut: join(partial, 'labelsTr', `${id}.nii.gz`)
        }))
      }))
    })
    await writeJson(join(partial, 'dataset.json'), description(cases))
    const { datasetHash } = await openDataset(partial)
    await makeFolder(dirname(dir))
    await rm(dir, { recursive: true, force: true })
    await rename(partial, dir)
    return { cases, dataSha256: datasetHash }
  } catch (thrown) {
    await rm(partial, { recursive: true, force: true }).catch(() => undefined)
    throw outputError(dir, thrown)
  }
}

/** The hippocampi of a case that has no error, as they are trained on. */
function runCases({ found: { id, record }, facts, chosen, part }: AssessedCase): RunCase[] {
  return facts!.sides.map(({ side, mask }) => ({
    id: side === null ? id : `${id}_hemi-${HEMISPHERE[side]}`,
    caseId: id,
    resultId: chosen!.result.id,
    version: chosen!.version,
    side: side ?? record.side,
    mask,
    part: part!
  }))
}

function description(cases: readonly RunCase[]): Record<string, unknown> {
  const labels = [...CROP_LABELS, { index: WHOLE_LABEL, name: 'hippocampus, part not known' }]
  return {
    name: 'Hippospike training set',
    description: 'crops around one hippocampus each; heads are cut into one a side',
    labels: Object.fromEntries(labels.map(({ index, name }) => [String(index), name])),
    split: Object.fromEntries(
      partSchema.options.map((part) => [
        part,
        cases.filter((one) => one.part === part).map(({ id }) => id)
      ])
    )
  }
}

function notTrainable({ cases, findings }: AssessedSet): HippospikeError {
  for (const { candidate, findings: own } of cases) {
    const problem = own.find(({ level }) => level === 'error')
    if (problem) {
      return new HippospikeError('input', `case ${candidate.caseId}: ${problem.message}`)
    }
  }
  const problem = findings.find(({ level }) => level === 'error')
  return new HippospikeError('input', problem?.message ?? 'these cases cannot be trained on')
}
