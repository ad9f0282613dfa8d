import { stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { z } from 'zod'
import { caseImageSchema, cropSideSchema, visitSchema } from '../../shared/api/cases'
import { readImage } from '../imaging/read-image'
import { labelledFolders, scansIn } from './bids-scans'
import { caseParts } from './case-id'
import { assertPresent, ensureDerivatives } from './folder'
import { imageFacts } from './image-facts'
import { readJsonOrNull, writeJson } from './json-file'
import { caseFile } from './layout'
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
  image: caseImageSchema,
  /** Whose scan it is and when it was made, where the user has said so. */
  visit: visitSchema.nullable().default(null),
  /** Which hippocampus a crop shows, as far as the user has said so. */
  side: cropSideSchema.default(null)
})
export type CaseRecord = z.infer<typeof caseRecordSchema>

/** A case of a workspace. */
export interface Case {
  id: string
  /** Its T1-weighted scan. */
  scan: string
  record: CaseRecord
}

/** The ids of the T1-weighted scans of a dataset, in the order of subjects and sessions. */
export async function caseIds(root: string): Promise<string[]> {
  await assertPresent(root)
  const ids: string[] = []
  for (const subject of await labelledFolders(root, 'sub-')) {
    const sessions = await labelledFolders(join(root, `sub-${subject}`), 'ses-')
    for (const session of [null, ...sessions]) {
      const { scans } = await scansIn(root, subject, session)
      ids.push(...scans.map(({ entities }) => entities.slice('sub-'.length)))
    }
  }
  return ids.filter((id) => caseParts(id) !== null)
}

/** @throws MissingError where the workspace has no such case; HippospikeError (input) where its scan cannot be read */
export async function readCase(root: string, id: string): Promise<Case> {
  await assertPresent(root)
  const scan = await findScan(root, id)
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
    name: basename(scan),
    importedAt: (await stat(scan)).mtime.toISOString(),
    sourceSha256: null,
    warnings,
    image: imageFacts(volume),
    visit: null,
    side: null
  }
  await writeCaseRecord(root, id, record).catch(() => undefined)
  return record
}

export async function writeCaseRecord(root: string, id: string, record: CaseRecord): Promise<void> {
  await ensureDerivatives(root)
  await writeJson(caseFile(root, id), record)
}

/** The file of a case's scan; null where there is none. */
async function findScan(root: string, id: string): Promise<string | null> {
  const parts = caseParts(id)
  if (parts === null) return null
  const { scans } = await scansIn(root, parts.subject, parts.session)
  const scan = scans.find(({ entities }) => entities === `sub-${id}`)
  return scan === undefined ? null : join(root, scan.folder, scan.file)
}
