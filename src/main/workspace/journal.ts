import { readFile, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { promisify } from 'node:util'
import { gunzip, gzip } from 'node:zlib'
import type { Geometry } from '../../shared/geometry'
import { makeFolder, outputError, writeFileAtomic } from './atomic-write'
import { assertPresent } from './folder'
import { checkMaskVoxels } from './grid'
import { resultFiles } from './layout'
import { readResult } from './result-record'

const gzipAsync = promisify(gzip)
const gunzipAsync = promisify(gunzip)

/** Keeps what is drawn but not saved, so that a crash loses none of it. */
export async function writeJournal(
  root: string,
  caseId: string,
  id: string,
  voxels: Uint8Array,
  geometry: Geometry
): Promise<void> {
  checkMaskVoxels(voxels, geometry)
  await assertPresent(root)
  await readResult(root, caseId, id)
  const { journal } = resultFiles(root, caseId, id)
  await makeFolder(dirname(journal))
  // Written after every stroke: quickly rather than small.
  await writeFileAtomic(journal, await gzipAsync(voxels, { level: 1 }))
}

/** What was drawn but not saved; null where there is nothing, or it is damaged or of another grid. */
export async function readJournal(
  root: string,
  caseId: string,
  id: string,
  geometry: Geometry
): Promise<Uint8Array | null> {
  await assertPresent(root)
  await readResult(root, caseId, id)
  try {
    const voxels = new Uint8Array(
      await gunzipAsync(await readFile(resultFiles(root, caseId, id).journal))
    )
    checkMaskVoxels(voxels, geometry)
    return voxels
  } catch {
    return null
  }
}

export async function removeJournal(root: string, caseId: string, id: string): Promise<void> {
  await readResult(root, caseId, id)
  const { journal } = resultFiles(root, caseId, id)
  await rm(journal, { force: true }).catch((cause: unknown) => {
    throw outputError(journal, cause)
  })
}
