import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { HippospikeError } from '../../shared/errors'
import { isFolder, labelledFolders, placeOf, scansIn, type BidsScan } from '../workspace/bids-scans'

export interface FoundScans {
  /** By name. */
  scans: BidsScan[]
  /** Images in anat folders that are no T1-weighted scans. */
  otherImages: number
  /** T1-weighted by their names, which BIDS would not have there, or of which there are two: from the dataset's folder. */
  misnamed: string[]
  /** Participants and sessions that were asked for and have no T1-weighted scan: `sub-01`, `sub-02/ses-1`. */
  without: string[]
}

export interface ScanFilter {
  /** With or without `sub-`; null for all. */
  participants: readonly string[] | null
  /** With or without `ses-`; null for all, and for scans of no session. */
  sessions: readonly string[] | null
}

/**
 * The T1-weighted scans of a BIDS dataset: `sub-*` / [`ses-*` /] `anat` / `*_T1w.nii[.gz]`.
 *
 * @throws HippospikeError (input) where there is no such folder, or none of it is a participant's, or one that was asked for is not there
 */
export async function findScans(bidsDir: string, filter: ScanFilter): Promise<FoundScans> {
  const participants = await participantsOf(bidsDir, filter.participants)
  const found: FoundScans = { scans: [], otherImages: 0, misnamed: [], without: [] }
  const wanted = filter.sessions?.map((label) => stripped(label, 'ses-')) ?? null
  const seen = new Set<string>()
  for (const participant of participants) {
    const root = `sub-${participant}`
    const sessions = await labelledFolders(join(bidsDir, root), 'ses-')
    for (const session of sessions) {
      if (wanted !== null && !wanted.includes(session)) continue
      seen.add(session)
      await findIn(bidsDir, participant, session, found)
    }
    if (
      wanted === null &&
      (sessions.length === 0 || (await isFolder(join(bidsDir, root, 'anat'))))
    ) {
      await findIn(bidsDir, participant, null, found)
    }
  }
  const missing = wanted?.filter((session) => !seen.has(session)) ?? []
  if (missing.length > 0) {
    throw new HippospikeError(
      'input',
      `${bidsDir}: there is no ses-${missing.join(', ses-')} of these participants; check --session-label`
    )
  }
  return found
}

/** `ses-1` and `1` both name the session 1. */
export function stripped(label: string, prefix: string): string {
  return label.startsWith(prefix) ? label.slice(prefix.length) : label
}

async function participantsOf(
  bidsDir: string,
  labels: readonly string[] | null
): Promise<readonly string[]> {
  const found = await stat(bidsDir).catch(() => null)
  if (!found?.isDirectory()) {
    throw new HippospikeError('input', `${bidsDir}: no such folder; give the one of a BIDS dataset`)
  }
  const all = await labelledFolders(bidsDir, 'sub-')
  if (all.length === 0) {
    throw new HippospikeError(
      'input',
      `${bidsDir}: has no sub-… folders; give the folder of a BIDS dataset`
    )
  }
  if (labels === null) return all
  const wanted = [...new Set(labels.map((label) => stripped(label, 'sub-')))].sort()
  const missing = wanted.filter((label) => !all.includes(label))
  if (missing.length === 0) return wanted
  const some = all.slice(0, 5).join(', ') + (all.length > 5 ? ', …' : '')
  throw new HippospikeError(
    'input',
    `${bidsDir}: there is no sub-${missing.join(', sub-')}; check --participant-label (there are ${some})`
  )
}

async function findIn(
  bidsDir: string,
  participant: string,
  session: string | null,
  found: FoundScans
): Promise<void> {
  const { scans, otherImages, misnamed } = await scansIn(bidsDir, participant, session)
  found.scans.push(...scans)
  found.otherImages += otherImages
  found.misnamed.push(...misnamed)
  if (scans.length === 0) found.without.push(placeOf(participant, session))
}
