import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { resultSchema, type Result } from '../../shared/api/cases'
import { caseParts } from './case-id'
import { ensureDerivatives, SOURCE_LINK } from './folder'
import { readJson, writeJson } from './json-file'
import { labelTable } from './label-table'
import {
  casePlace,
  derivedFolder,
  LABEL,
  labelOf,
  resultFiles,
  resultOfSidecar,
  type ResultFiles
} from './layout'
import { makeFolder, writeFileAtomic, type WriteOptions } from './atomic-write'
import { MissingError } from './missing'
import { spikeFolders } from './spike-folders'

/** What the sidecar keeps of a result; the rest of {@link Result} is seen from the files beside it. */
export const resultRecordSchema = resultSchema.omit({
  id: true,
  hasSpikes: true,
  hasProbabilities: true
})
export type ResultRecord = z.infer<typeof resultRecordSchema>

/** The BIDS sidecar of a mask: its standard fields, and ours under our name. */
export const sidecarSchema = z.looseObject({ Hippospike: resultRecordSchema })

/** The results of a case, the newest first. One whose sidecar is damaged is left out of the list, not of the disk. */
export async function listResults(root: string, caseId: string): Promise<Result[]> {
  const folder = join(derivedFolder(root, caseId), 'anat')
  const names = await readdir(folder).catch(() => [] as string[])
  const ids = names.map((name) => resultOfSidecar(name, caseId)).filter((id) => id !== null)
  const results = await Promise.all(ids.map((id) => readResult(root, caseId, id).catch(() => null)))
  return results
    .filter((result) => result !== null)
    .sort((a, b) => (a.createdAt < b.createdAt ? 1 : a.createdAt > b.createdAt ? -1 : 0))
}

/** @throws MissingError where there is no such result; HippospikeError (input) where its sidecar is damaged */
export async function readResult(root: string, caseId: string, id: string): Promise<Result> {
  if (caseParts(caseId) === null || !LABEL.test(id)) throw missingResult(caseId, id)
  const files = resultFiles(root, caseId, id)
  const sidecar = await readJson(files.sidecar, sidecarSchema)
  if (sidecar === null) throw missingResult(caseId, id)
  return {
    id,
    ...sidecar.Hippospike,
    hasSpikes: (await spikeFolders(files.spikes)).length > 0,
    hasProbabilities: await exists(files.probabilities)
  }
}

export function missingResult(caseId: string, id: string): MissingError {
  return new MissingError(`case ${caseId} has no result ${id}; it may have been removed`)
}

export async function writeResultRecord(
  root: string,
  caseId: string,
  id: string,
  record: ResultRecord,
  options: WriteOptions = {}
): Promise<void> {
  await ensureDerivatives(root)
  const files = resultFiles(root, caseId, id)
  await writeSidecar(files, record, `bids:${SOURCE_LINK}:${casePlace(caseId)}`, options)
}

/**
 * Writes what is known about a mask beside it, in BIDS's fields and in ours: from then on there is a result.
 *
 * @param source BIDS URI of the scan
 */
export async function writeSidecar(
  files: Pick<ResultFiles, 'folder' | 'labels' | 'sidecar'>,
  record: ResultRecord,
  source: string,
  options: WriteOptions = {}
): Promise<void> {
  if (record.head !== null) {
    await makeFolder(files.folder, options.outputs)
    await writeFileAtomic(files.labels, labelTable(true), options)
  }
  await writeJson(
    files.sidecar,
    {
      Description: record.name,
      Manual: record.kind !== 'model',
      Sources: [source],
      SpatialReference: 'orig',
      Hippospike: record
    },
    options
  )
}

/** A name for a new result that no other has: `stem`, or `stem` and a number. */
export async function freeResultId(root: string, caseId: string, stem: string): Promise<string> {
  const plain = labelOf(stem)
  for (let n = 1; ; n++) {
    const id = n === 1 ? plain : `${plain}r${n}`
    const { mask, sidecar } = resultFiles(root, caseId, id)
    if (!(await exists(mask)) && !(await exists(sidecar))) return id
  }
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false
  )
}
