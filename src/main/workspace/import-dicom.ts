import type { DicomImport } from '../../shared/api/dicom'
import type { ImportOutcome } from '../../shared/api/cases'
import { HippospikeError } from '../../shared/errors'
import type { DicomSource, DicomStudy } from '../imaging/dicom'
import { readDicomSeries, type SourceImage } from '../imaging/read-image'
import { assertPresent } from './folder'
import { addCase, failedImport, REPAIRED, takenIds } from './new-case'

/** How a DICOM study is called in messages: what its files and folders are called may be who was scanned. */
const STUDY = 'the study'

/** Imports series of a study, one after the other; what goes wrong with one is its outcome and stops none of the others. */
export async function importSeries(
  root: string,
  study: DicomStudy,
  wanted: readonly DicomImport[]
): Promise<ImportOutcome[]> {
  await assertPresent(root)
  const outcomes: ImportOutcome[] = []
  for (const one of wanted) {
    outcomes.push(
      await importOne(root, study, one).catch((thrown: unknown) => failedImport(one.name, thrown))
    )
  }
  return outcomes
}

async function importOne(
  root: string,
  study: DicomStudy,
  { number, name, repair }: DicomImport
): Promise<ImportOutcome> {
  const series = study.series.find(({ summary }) => summary.number === number)
  if (series === undefined) {
    throw new HippospikeError(
      'usage',
      `the study has no series ${number}; give 1 to ${study.series.length}`
    )
  }
  const read = await readDicomSeries(STUDY, study, series, repair)
  const tilted = series.summary.problems.some(({ code }) => code === 'tilted')
  const source = tilted ? { ...read, warnings: [...read.warnings, REPAIRED] } : read
  return addDicomCase(root, source, read.dicom!, name)
}

/**
 * Makes a case of a DICOM series. Nothing of the patient, and no name of a file or folder, goes with it.
 *
 * @param id of the case; null for the first neutral one that is free
 * @throws HippospikeError (usage) where there is a case of that id
 */
export async function addDicomCase(
  root: string,
  source: SourceImage,
  { sha256 }: DicomSource,
  id: string | null
): Promise<ImportOutcome> {
  const free = id ?? (await neutralIds(root, 1))[0]!
  if ((await takenIds(root)).has(free.toLowerCase())) {
    throw new HippospikeError('usage', `there is a case ${free} already; give another name`)
  }
  return addCase(root, { id: free, name: free, source, bytes: null, sha256 })
}

/** Ids that tell nothing of the patient and that no case has: case01, case02, … */
export async function neutralIds(root: string, count: number): Promise<string[]> {
  const taken = await takenIds(root)
  const ids: string[] = []
  for (let n = 1; ids.length < count; n++) {
    const id = `case${String(n).padStart(2, '0')}`
    if (!taken.has(id)) ids.push(id)
  }
  return ids
}
