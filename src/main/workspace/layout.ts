import { join } from 'node:path'
import { placeOf } from './bids-scans'
import { caseParts } from './case-id'

/** Where things lie in a workspace: a BIDS dataset whose derivatives by this program are under derivatives/hippospike. */

export const DESCRIPTION_FILE = 'dataset_description.json'

/** BIDS labels are letters and digits alone. */
export const LABEL = /^[A-Za-z0-9]{1,64}$/

/** A text as a BIDS label, `mask` where nothing of it is left. */
export function labelOf(text: string): string {
  return text.replace(/[^A-Za-z0-9]/g, '').slice(0, 50) || 'mask'
}

/** Folder of what is the program's alone and no data: trash, files on their way in. BIDS tools ignore it (.bidsignore). */
export function privateFolder(root: string): string {
  return join(root, '.hippospike')
}

export function trashFolder(root: string): string {
  return join(privateFolder(root), 'trash')
}

/** Uploads on their way in. */
export function incomingFolder(root: string): string {
  return join(privateFolder(root), 'incoming')
}

export function viewFile(root: string): string {
  return join(privateFolder(root), 'view.json')
}

export function caseViewFile(root: string, id: string): string {
  return join(privateFolder(root), 'views', `sub-${id}.json`)
}

/** What is drawn in a case's masks but not saved. */
export function journalFolder(root: string, id: string): string {
  return join(privateFolder(root), 'journal', `sub-${id}`)
}

export function derivatives(root: string): string {
  return join(root, 'derivatives', 'hippospike')
}

export function workspaceModels(root: string): string {
  return join(derivatives(root), 'models')
}

/** Folder of a case's scan: of its subject, or of the session. */
export function scanFolder(root: string, id: string): string {
  return join(root, ...casePlace(id).split('/'))
}

export function scanFile(root: string, id: string): string {
  return join(scanFolder(root, id), 'anat', `sub-${id}_T1w.nii.gz`)
}

/** Folder of what the program has made of a case, and of others of the same session. */
export function derivedFolder(root: string, id: string): string {
  return join(derivatives(root), ...casePlace(id).split('/'))
}

export function caseFile(root: string, id: string): string {
  const folder = derivedFolder(root, id)
  // Several scans of a session have the folder together.
  const isOnlyScan = (caseParts(id)?.rest ?? '') === ''
  return isOnlyScan ? join(folder, 'case.json') : join(folder, 'anat', `sub-${id}_case.json`)
}

/** Folder of a case from that of the dataset, with `/`: `sub-01`, or `sub-01/ses-2`. */
export function casePlace(id: string): string {
  const parts = caseParts(id)
  return parts === null ? `sub-${id}` : placeOf(parts.subject, parts.session)
}

/** The files of one result of a case. */
export interface ResultFiles {
  folder: string
  /** The newest version of the mask. */
  mask: string
  /** What is known about it; a result exists once this does. */
  sidecar: string
  /** What its labels mean, where they are not those of the folder's own table. */
  labels: string
  run: string
  probabilities: string
  /** Folder. */
  spikes: string
  journal: string
  version(n: number): string
}

export function resultFiles(root: string, id: string, result: string): ResultFiles {
  return {
    ...derivedFiles(join(derivedFolder(root, id), 'anat'), `sub-${id}`, result),
    journal: join(journalFolder(root, id), `seg-${result}.gz`)
  }
}

/**
 * The files of one result of a scan, of a case or not.
 *
 * @param entities what the scan's name says before its suffix: `sub-01_ses-2_run-1`
 */
export function derivedFiles(
  folder: string,
  entities: string,
  result: string
): Omit<ResultFiles, 'journal'> {
  const stem = join(folder, `${entities}_seg-${result}`)
  return {
    folder,
    mask: `${stem}_dseg.nii.gz`,
    sidecar: `${stem}_dseg.json`,
    labels: `${stem}_dseg.tsv`,
    run: `${stem}_dseg.run.json`,
    probabilities: `${stem}_probseg.nii.gz`,
    spikes: `${stem}_spikes`,
    version: (n) => `${stem}_desc-v${n}_dseg.nii.gz`
  }
}

const SIDECAR = /^([A-Za-z0-9]+)_dseg\.json$/

/** The result of a case that a file name is the sidecar of; null for other files, and those of other cases. */
export function resultOfSidecar(name: string, id: string): string | null {
  const start = `sub-${id}_seg-`
  return name.startsWith(start) ? (SIDECAR.exec(name.slice(start.length))?.[1] ?? null) : null
}
