import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { ImportOutcome } from '../../shared/api/cases'
import { HippospikeError } from '../../shared/errors'
import { importScan } from './import-scan'

/** Imports the sample case that comes with the program, with its ground truth. */
export async function importSample(root: string, resources: string): Promise<ImportOutcome[]> {
  const folder = join(resources, 'sample', 'imagesTr')
  const names = await readdir(folder).catch(() => [] as string[])
  const name = names.filter((one) => /\.nii(\.gz)?$/.test(one)).sort()[0]
  if (name === undefined) {
    throw new HippospikeError(
      'internal',
      `${folder}: holds no sample case; get a whole copy of Hippospike`
    )
  }
  return [await importScan(root, join(folder, name), name)]
}
