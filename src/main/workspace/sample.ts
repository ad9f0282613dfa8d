import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { ImportOutcome } from '../../shared/api/cases'
import { HippospikeError } from '../../shared/errors'
import { readImage } from '../imaging/read-image'
import { importScan } from './import-scan'
import { importResult } from './masks'
import { listResults } from './result-record'

/**
 * Imports the sample case that comes with the program, with its expert's mask as the ground truth; where that was done before, the
 * outcome is that case.
 */
export async function importSample(root: string, resources: string): Promise<ImportOutcome[]> {
  const folder = join(resources, 'sample')
  const names = await readdir(join(folder, 'imagesTr')).catch(() => [] as string[])
  const name = names.filter((one) => /\.nii(\.gz)?$/.test(one)).sort()[0]
  if (name === undefined) {
    throw new HippospikeError(
      'internal',
      `${folder}: holds no sample case; get a whole copy of Hippospike`
    )
  }
  const scan = join(folder, 'imagesTr', name)
  const outcome = await importScan(root, scan, name)
  if (outcome.caseId === null) return [outcome]
  await importTruth(root, outcome.caseId, scan, join(folder, 'labelsTr', name))
  // That it is there already is what the caller wants.
  return [{ ...outcome, warnings: [] }]
}

async function importTruth(
  root: string,
  caseId: string,
  scan: string,
  labels: string
): Promise<void> {
  const there = await stat(labels).catch(() => null)
  const known = (await listResults(root, caseId)).some(({ kind }) => kind === 'truth')
  if (there === null || known) return
  await importResult(root, caseId, labels, await readImage(scan), {
    name: 'Ground truth',
    kind: 'truth',
    by: 'Medical Segmentation Decathlon',
    how: 'imported with the sample case'
  })
}
