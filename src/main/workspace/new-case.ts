import { dirname } from 'node:path'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import type { ImportOutcome } from '../../shared/api/cases'
import { toHippospikeError } from '../../shared/errors'
import { ShearedImageError } from '../imaging/image-checks'
import type { SourceImage } from '../imaging/read-image'
import { writeScan } from '../imaging/write-mask'
import { makeFolder, OutputSet, writeFileAtomic } from './atomic-write'
import { subjectOf } from './case-id'
import { caseIds, readCase, writeCaseRecord, type CaseRecord } from './case-record'
import { ensureDerivatives } from './folder'
import { imageFacts } from './image-facts'
import { scanFile } from './layout'

const gzipAsync = promisify(gzip)

/** What a case that was imported as a repaired copy says of itself. */
export const REPAIRED =
  'its axes were sheared: the case is a copy with axes at right angles, and its masks lie on that copy'
const SHEARED =
  'its axes are sheared: they are not at right angles; import a repaired copy, or correct its header'

/** A scan that is to become a case. */
export interface NewCase {
  /** Not taken yet. */
  id: string
  /** What the case says that it was imported from. */
  name: string
  source: SourceImage
  /** Of its file, to be kept as they are; null where it is not one file. */
  bytes: Uint8Array | null
  /** Of what it was imported from. */
  sha256: string
}

/** Makes a case, unless the same scan is a case already: then that one is the outcome. */
export async function addCase(
  root: string,
  { id, name, source, bytes, sha256 }: NewCase
): Promise<ImportOutcome> {
  await ensureDerivatives(root)
  const known = await caseOfSource(root, sha256)
  if (known !== null) {
    const warning = `${name}: is in the workspace already, as case ${known}`
    return { name, caseId: known, problem: null, repairable: false, warnings: [warning] }
  }
  const record: CaseRecord = {
    format: 'hippospike-case',
    version: 1,
    name,
    importedAt: new Date().toISOString(),
    sourceSha256: sha256,
    warnings: source.warnings,
    image: imageFacts(source.volume),
    visit: null,
    side: null
  }
  await writeCase(root, id, source, bytes, record)
  return { name, caseId: id, problem: null, repairable: false, warnings: source.warnings }
}

/** The outcome of an import that went wrong. */
export function failedImport(name: string, thrown: unknown): ImportOutcome {
  const repairable = thrown instanceof ShearedImageError
  const problem = repairable ? SHEARED : toHippospikeError(thrown).message
  return { name, caseId: null, problem, repairable, warnings: [] }
}

async function writeCase(
  root: string,
  id: string,
  source: SourceImage,
  bytes: Uint8Array | null,
  record: CaseRecord
): Promise<void> {
  const target = scanFile(root, id)
  const outputs = new OutputSet()
  try {
    await makeFolder(dirname(target), outputs)
    if (source.header.format === 'nifti' && bytes !== null) {
      // The very bytes: no header field and no voxel is lost, whatever we know of them.
      const packed = bytes[0] === 0x1f && bytes[1] === 0x8b ? bytes : await gzipAsync(bytes)
      await writeFileAtomic(target, packed, { overwrite: false, outputs })
    } else {
      await writeScan(target, source.volume, { outputs })
    }
    await writeCaseRecord(root, id, record)
    outputs.keep()
  } finally {
    outputs.undo()
  }
}

async function caseOfSource(root: string, sha256: string): Promise<string | null> {
  for (const id of await caseIds(root)) {
    const found = await readCase(root, id).catch(() => null)
    if (found?.record.sourceSha256 === sha256) return id
  }
  return null
}

/** An id that no case has: the one that is wished for, or that with a number. */
export async function freeId(root: string, plain: string): Promise<string> {
  const taken = await takenIds(root)
  for (let n = 1; ; n++) {
    const id = n === 1 ? plain : `${plain}n${n}`
    if (!taken.has(id.toLowerCase())) return id
  }
}

/**
 * Ids of cases in small letters, which is no difference to some file systems; and their subjects: a scan without a session does not go
 * among the sessions of another.
 */
export async function takenIds(root: string): Promise<ReadonlySet<string>> {
  const ids = await caseIds(root)
  return new Set([...ids, ...ids.map(subjectOf)].map((id) => id.toLowerCase()))
}
