import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'

/** A T1-weighted scan of a BIDS dataset. */
export interface BidsScan {
  /** Without `sub-`. */
  participant: string
  /** Without `ses-`; null in a dataset without sessions. */
  session: string | null
  /** What its name says before the suffix: `sub-01_ses-2_run-1`. */
  entities: string
  /** From the dataset's folder, with `/`: `sub-01/ses-2/anat`. */
  folder: string
  /** Its name in there. */
  file: string
}

/** What a folder of a participant or session holds. */
export interface FolderScans {
  /** By name. */
  scans: BidsScan[]
  /** Images that are no T1-weighted scans. */
  otherImages: number
  /** T1-weighted by their names, which BIDS would not have there, or of which there are two: from the dataset's folder. */
  misnamed: string[]
}

const NAME =
  /^(sub-([A-Za-z0-9]+)(?:_ses-([A-Za-z0-9]+))?(?:_[A-Za-z0-9]+-[A-Za-z0-9+]+)*)_T1w\.nii(\.gz)?$/
const IMAGE = /\.nii(\.gz)?$/

/** The T1-weighted scans of a participant's session, or of one without sessions. */
export async function scansIn(
  bidsDir: string,
  participant: string,
  session: string | null
): Promise<FolderScans> {
  const folder = `${placeOf(participant, session)}/anat`
  const names = (await readdir(join(bidsDir, folder)).catch(() => [] as string[])).sort()
  const found: FolderScans = { scans: [], otherImages: 0, misnamed: [] }
  for (const file of names.filter((name) => IMAGE.test(name) && !name.startsWith('.'))) {
    if (!/_T1w\.nii(\.gz)?$/.test(file)) {
      found.otherImages++
      continue
    }
    const match = NAME.exec(file)
    const entities = match?.[1]
    const fits = match?.[2] === participant && (match[3] ?? null) === session
    const isSecond = found.scans.some((scan) => scan.entities === entities)
    if (entities === undefined || !fits || isSecond) found.misnamed.push(`${folder}/${file}`)
    else found.scans.push({ participant, session, entities, folder, file })
  }
  return found
}

/** The folder of a participant or of a session of one, from the dataset's: `sub-01/ses-2`. */
export function placeOf(participant: string, session: string | null): string {
  return session === null ? `sub-${participant}` : `sub-${participant}/ses-${session}`
}

/** Labels of the folders whose names begin with a prefix, sorted. */
export async function labelledFolders(path: string, prefix: 'sub-' | 'ses-'): Promise<string[]> {
  const entries = await readdir(path, { withFileTypes: true }).catch(() => [])
  const named = entries.filter(({ name }) => /^[a-z]+-[A-Za-z0-9]+$/.test(name))
  const folders = await Promise.all(
    // A link to a folder is one as well.
    named.map(async (entry) => entry.isDirectory() || (await isFolder(join(path, entry.name))))
  )
  return named
    .filter(({ name }, n) => folders[n] && name.startsWith(prefix))
    .map(({ name }) => name.slice(prefix.length))
    .sort()
}

export async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false
  )
}
