import { stat } from 'node:fs/promises'
import { HippospikeError } from '../../../../shared/errors'
import { labelledFolders } from '../../bids-scans'
import { bidsPairs } from './bids'
import { decathlonPairs } from './decathlon'
import type { Labelled } from './found'
import { folderPairs } from './pairs'

export type { Labelled, LabelledPair } from './found'

/**
 * The labelled images of a folder in whichever layout: the Decathlon's, BIDS with masks, or images with masks beside them.
 *
 * @throws HippospikeError (input) where there is none
 */
export async function findLabelled(dir: string): Promise<Labelled> {
  if (!(await isFolder(dir))) {
    throw new HippospikeError('input', `${dir}: is no folder; give one with images and their masks`)
  }
  const found = await findIn(dir)
  if (found.pairs.length + found.unpaired.length > 0) return found
  throw new HippospikeError(
    'input',
    `${dir}: holds no images; give a folder in the Decathlon's layout (imagesTr and labelsTr), a BIDS dataset with masks (…_dseg.nii.gz), or images with their masks beside them (x.nii.gz and x_seg.nii.gz)`
  )
}

async function findIn(dir: string): Promise<Labelled> {
  const decathlon = await decathlonPairs(dir)
  if (decathlon.pairs.length + decathlon.unpaired.length > 0) return decathlon
  const subjects = await labelledFolders(dir, 'sub-')
  return subjects.length > 0 ? bidsPairs(dir) : folderPairs(dir)
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false
  )
}
