import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { failureKindSchema } from '../../shared/engine-protocol'
import { derivedFiles, type ResultFiles } from '../workspace/layout'
import { labelledFolders, type BidsScan } from '../workspace/bids-scans'

/** The files of one result of a scan in the derivative dataset. */
export interface ScanFiles extends Omit<ResultFiles, 'journal'> {
  /** PNG of a coronal plane, for quick looks. */
  picture: string
  /** Why the scan could not be segmented; not there where it could. */
  error: string
}

/** @param result the `seg-<name>` of the files */
export function scanFiles(outputDir: string, scan: BidsScan, result: string): ScanFiles {
  const folder = join(outputDir, scan.folder)
  const files = derivedFiles(folder, scan.entities, result)
  return {
    ...files,
    picture: files.mask.replace(/\.nii\.gz$/, '.png'),
    error: join(folder, `${scan.entities}_error.json`)
  }
}

/** What an error file holds. */
export const scanErrorSchema = z.strictObject({
  /** From the folder of the source dataset. */
  scan: z.string(),
  kind: failureKindSchema,
  /** One line. */
  message: z.string(),
  time: z.string()
})
export type ScanError = z.infer<typeof scanErrorSchema>

/** A scan of which the derivative dataset has something: the name of a file, and what the name says. */
export interface Derived extends Omit<BidsScan, 'file'> {
  /** The result that this is the sidecar of; null for an error. */
  result: string | null
  path: string
}

const DERIVED =
  /^(sub-[A-Za-z0-9]+(?:_[A-Za-z0-9]+-[A-Za-z0-9+]+)*?)(?:_seg-([A-Za-z0-9]+)_dseg|_error)\.json$/

/** The sidecars and error files of a derivative dataset, by participant, session and name. */
export async function listDerived(outputDir: string): Promise<Derived[]> {
  const all: Derived[] = []
  for (const participant of await labelledFolders(outputDir, 'sub-')) {
    const root = `sub-${participant}`
    const sessions = await labelledFolders(join(outputDir, root), 'ses-')
    for (const session of [null, ...sessions]) {
      const folder = session === null ? `${root}/anat` : `${root}/ses-${session}/anat`
      const names = await readdir(join(outputDir, folder)).catch(() => [] as string[])
      for (const name of names.sort()) {
        const match = DERIVED.exec(name)
        if (!match) continue
        const path = join(outputDir, folder, name)
        const [, entities, result = null] = match
        all.push({ participant, session, entities: entities!, folder, result, path })
      }
    }
  }
  return all
}
