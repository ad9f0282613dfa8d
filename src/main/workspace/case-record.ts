import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { caseImageSchema } from '../../shared/api/cases'
import { readImage } from '../imaging/read-image'
import { assertPresent, ensureDerivatives } from './folder'
import { imageFacts } from './image-facts'
import { readJsonOrNull, writeJson } from './json-file'
import { caseFile, LABEL, subjectFolder } from './layout'
import { MissingError } from './missing'

/** What case.json holds: everything of a case that its list entry needs without reading its voxels. */
export const caseRecordSchema = z.strictObject({
  format: z.literal('hippospike-case'),
  version: z.literal(1),
  /** The file that it was imported from, without its folder. */
  name: z.string().min(1),
  importedAt: z.string(),
  /** Of the file that was imported; null for a scan that was in the dataset before. */
  sourceSha256: z.string().nullable(),
  warnings: z.array(z.string()),
  image: caseImageSchema
})
export type CaseRecord = z.infer<typeof caseRecordSchema>

/** A case of a workspace. */
export interface Case {
  id: string
  /** Its T1-weighted scan. */
  scan: string
  record: CaseRecord
}

/** The ids of the subjects that have a T1-weighted scan, sorted. */
export async function caseIds(root: string): Promise<string[]> {
  await assertPresent(root)
  const entries = await readdir(root, { withFileTypes: true })
  const ids = entries
    .filter((entry) => entry.isDirectory() && entry.name.startsWith('sub-'))
    .map(({ name }) => name.slice('sub-'.length))
    .filter((id) => LABEL.test(id))
    .sort()
  const scans = await Promise.all(ids.map((id) => findScan(root, id)))
  return ids.filter((_, n) => scans[n] !== null)
}

/** @throws MissingError where the workspace has no such case; HippospikeError (input) where its scan cannot be read */
export async function readCase(root: string, id: string): Promise<Case> {
  await assertPresent(root)
  const scan = LABEL.test(id) ? await findScan(root, id) : null
  if (scan === null) throw missingCase(id)
  const record = await readJsonOrNull(caseFile(root, id), caseRecordSchema)
  return { id, scan, record: record ?? (await describeScan(root, id, scan)) }
}

export function missingCase(id: string): MissingError {
  return new MissingError(`there is no case ${id} in the workspace; it may have been removed`)
}

/** A case that another program put there, or whose case.json is damaged: described anew, and kept where that is possible. */
async function describeScan(root: string, id: string, scan: string): Promise<CaseRecord> {
  const { volume, warnings } = await readImage(scan)
  const record: CaseRecord = {
    format: 'hippospike-case',
    version: 1,
    name: scan.slice(subjectFolder(root, id).length + 1).replace(/^.*[\\/]/, ''),
    importedAt: (await stat(scan)).mtime.toISOString(),
    sourceSha256: null,
    warnings,
    image: imageFacts(volume)
  }
  await writeCaseRecord(root, id, record).catch(() => undefined)
  return record
}

export async function writeCaseRecord(root: string, id: string, record: CaseRecord): Promise<void> {
  await ensureDerivatives(root)
  await writeJson(caseFile(root, id), record)
}

/** The first T1-weighted scan of a subject, of its first session where it has sessions. */
async function findScan(root: string, id: string): Promise<string | null> {
  const subject = subjectFolder(root, id)
  const names = await readdir(subject).catch(() => [] as string[])
  const sessions = names.filter((name) => name.startsWith('ses-')).sort()
  for (const folder of ['.', ...sessions].map((name) => join(subject, name, 'anat'))) {
    const files = await readdir(folder).catch(() => [] as string[])
    const scan = files.filter((name) => /^sub-.*_T1w\.nii(\.gz)?$/.test(name)).sort()[0]
    if (scan !== undefined) return join(folder, scan)
  }
  return null
}
