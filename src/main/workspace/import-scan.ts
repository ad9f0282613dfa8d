import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { basename, dirname } from 'node:path'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import type { ImportOutcome } from '../../shared/api/cases'
import { toHippospikeError } from '../../shared/errors'
import { ShearedImageError } from '../imaging/image-checks'
import { imageExtension, readImage, type SourceImage } from '../imaging/read-image'
import { writeScan } from '../imaging/write-mask'
import { makeFolder, OutputSet, writeFileAtomic } from './atomic-write'
import { caseIds, readCase, writeCaseRecord, type CaseRecord } from './case-record'
import { assertPresent, ensureDerivatives } from './folder'
import { imageFacts } from './image-facts'
import { scanFile } from './layout'

const gzipAsync = promisify(gzip)

export interface ImportOptions {
  /** Import a sheared image as a copy with the nearest orthonormal axes; the file stays as it is. */
  repair?: boolean
}

/** Imports files, one after the other; what goes wrong with one is its outcome and stops none of the others. */
export async function importScans(
  root: string,
  paths: readonly string[],
  options: ImportOptions = {}
): Promise<ImportOutcome[]> {
  await assertPresent(root)
  const outcomes: ImportOutcome[] = []
  for (const path of paths) outcomes.push(await importScan(root, path, basename(path), options))
  return outcomes
}

/**
 * Imports a scan as a case of its own. A file that was imported before is not imported again: its case is the outcome.
 *
 * @param name of the file, which names the case
 */
export async function importScan(
  root: string,
  path: string,
  name: string,
  { repair = false }: ImportOptions = {}
): Promise<ImportOutcome> {
  try {
    const source = await readToImport(path, repair)
    await ensureDerivatives(root)
    // A DICOM series is many files, whose hash came with it.
    const bytes = source.dicom ? null : await readFile(path)
    const sha256 = source.dicom?.sha256 ?? hashOf(bytes!)
    const known = await caseOfSource(root, sha256)
    if (known !== null) {
      const warning = `${name}: is in the workspace already, as case ${known}`
      return { name, caseId: known, problem: null, repairable: false, warnings: [warning] }
    }
    const caseId = await freeCaseId(root, name)
    const record: CaseRecord = {
      format: 'hippospike-case',
      version: 1,
      name,
      importedAt: new Date().toISOString(),
      sourceSha256: sha256,
      warnings: source.warnings,
      image: imageFacts(source.volume)
    }
    await writeCase(root, caseId, source, bytes, record)
    return { name, caseId, problem: null, repairable: false, warnings: source.warnings }
  } catch (thrown) {
    const repairable = thrown instanceof ShearedImageError
    const problem = repairable ? SHEARED : toHippospikeError(thrown).message
    return { name, caseId: null, problem, repairable, warnings: [] }
  }
}

const SHEARED =
  'its axes are sheared: they are not at right angles; import a repaired copy, or correct its header'

async function readToImport(path: string, repair: boolean): Promise<SourceImage> {
  try {
    return await readImage(path)
  } catch (thrown) {
    if (!repair || !(thrown instanceof ShearedImageError)) throw thrown
    const repaired = await readImage(path, { repairGeometry: true })
    const warning =
      'its axes were sheared: the case is a copy with axes at right angles, and its masks lie on that copy'
    // Its header would bring the shear back.
    return { ...repaired, header: { format: 'other' }, warnings: [...repaired.warnings, warning] }
  }
}

function hashOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
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

/** The BIDS label that a file name gives: letters and digits, without `sub-` and `_T1w`. */
export function caseIdOf(name: string): string {
  const stem = basename(name).slice(0, -(imageExtension(name)?.length ?? 0) || undefined)
  const subject = /^sub-([A-Za-z0-9]+)/.exec(stem)?.[1]
  const label = subject ?? stem.replace(/_T1w$/i, '').replace(/[^A-Za-z0-9]/g, '')
  return label.slice(0, 40) || 'case'
}

async function freeCaseId(root: string, name: string): Promise<string> {
  const plain = caseIdOf(name)
  // Case-insensitive file systems know no difference.
  const taken = new Set((await caseIds(root)).map((id) => id.toLowerCase()))
  for (let n = 1; ; n++) {
    const id = n === 1 ? plain : `${plain}n${n}`
    if (!taken.has(id.toLowerCase())) return id
  }
}
