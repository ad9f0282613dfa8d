import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import type { ImportOutcome } from '../../shared/api/cases'
import { ShearedImageError } from '../imaging/image-checks'
import { imageExtension, readImage, type SourceImage } from '../imaging/read-image'
import { assertPresent } from './folder'
import { addDicomCase } from './import-dicom'
import { addCase, failedImport, freeId, REPAIRED } from './new-case'

export interface ImportOptions {
  /** Import a sheared image as a copy with the nearest orthonormal axes; the file stays as it is. */
  repair?: boolean
  /** Of several DICOM series the one to import: its number in the list, or its SeriesInstanceUID. */
  series?: string | null
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
 * Imports a scan as a case of its own. A file that was imported before is not imported again: its case is the outcome. DICOM becomes
 * a case of a neutral name.
 *
 * @param name of the file, which names the case
 */
export async function importScan(
  root: string,
  path: string,
  name: string,
  { repair = false, series = null }: ImportOptions = {}
): Promise<ImportOutcome> {
  try {
    const source = await readToImport(path, repair, series)
    // What a folder of DICOM is called may be who was scanned.
    if (source.dicom) return await addDicomCase(root, source, source.dicom, null)
    const bytes = await readFile(path)
    const id = await freeId(root, caseIdOf(name))
    return await addCase(root, { id, name, source, bytes, sha256: hashOf(bytes) })
  } catch (thrown) {
    return failedImport(name, thrown)
  }
}

async function readToImport(
  path: string,
  repair: boolean,
  series: string | null
): Promise<SourceImage> {
  try {
    return await readImage(path, { series })
  } catch (thrown) {
    if (!repair || !(thrown instanceof ShearedImageError)) throw thrown
    const repaired = await readImage(path, { repairGeometry: true, series })
    // Its header would bring the shear back.
    return { ...repaired, header: { format: 'other' }, warnings: [...repaired.warnings, REPAIRED] }
  }
}

function hashOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

/** The id that a file name gives: its subject and session, if it is a BIDS one, else its letters and digits. */
function caseIdOf(name: string): string {
  const stem = basename(name).slice(0, -(imageExtension(name)?.length ?? 0) || undefined)
  const bids = /^sub-([A-Za-z0-9]+)(_ses-[A-Za-z0-9]+)?/.exec(stem)
  const label = bids?.[1] ?? stem.replace(/_T1w$/i, '').replace(/[^A-Za-z0-9]/g, '')
  return (label.slice(0, 40) || 'case') + (bids?.[2]?.slice(0, 40) ?? '')
}
