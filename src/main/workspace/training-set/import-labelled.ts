import { basename, relative } from 'node:path'
import type { ImportOutcome } from '../../../shared/api/cases'
import { HippospikeError } from '../../../shared/errors'
import { readImage, readLabelValues } from '../../imaging/read-image'
import { assertPresent } from '../folder'
import { checkSameGrid } from '../grid'
import { importScan } from '../import-scan'
import { approveMask, createResult, readMask } from '../masks'
import { failedImport } from '../new-case'
import { listResults } from '../result-record'
import { findLabelled, type LabelledPair } from './labelled'
import { workspaceLabels } from './labelled/workspace-labels'

/**
 * Imports the labelled images of a folder as cases with an approved mask each. What goes wrong with one is its outcome and stops none of the
 * others; an image without a mask, or a mask without an image, is an outcome as well. What was imported before is recognised.
 *
 * @param by who imports, and so calls the masks right
 * @param onCase hears of each case once it is there
 * @throws HippospikeError (input) where the folder holds nothing of the kind
 */
export async function importLabelled(
  root: string,
  dir: string,
  by: string,
  onCase: (caseId: string) => void = () => undefined
): Promise<ImportOutcome[]> {
  await assertPresent(root)
  const { pairs, unpaired } = await findLabelled(dir)
  const outcomes: ImportOutcome[] = []
  for (const pair of pairs) {
    const outcome = await importPair(root, pair, nameOf(dir, pair, pairs), by)
    if (outcome.caseId !== null) onCase(outcome.caseId)
    outcomes.push(outcome)
  }
  const left = unpaired.map(({ path, problem }): ImportOutcome => {
    const name = relative(dir, path)
    return { ...failedImport(name, null), problem: `${name}: ${problem}` }
  })
  return [...outcomes, ...left]
}

/** The file's name; of several that are called the same, with their folders. */
function nameOf(dir: string, { image }: LabelledPair, all: readonly LabelledPair[]): string {
  const name = basename(image)
  const isOnly = all.filter((one) => basename(one.image) === name).length === 1
  return isOnly ? name : relative(dir, image).replace(/[\\/]/g, '_')
}

async function importPair(
  root: string,
  { image, mask }: LabelledPair,
  name: string,
  by: string
): Promise<ImportOutcome> {
  try {
    // Nothing is imported of a pair that does not fit.
    const source = await readImage(image)
    const { geometry } = source.volume
    const values = await readLabelValues(mask)
    checkSameGrid(mask, values.geometry, geometry)
    const { voxels, notes } = workspaceLabels(mask, values)
    const outcome = await importScan(root, image, name)
    if (outcome.caseId === null) return outcome
    if (!(await isKnownMask(root, outcome.caseId, voxels, mask, by))) {
      await createResult(root, outcome.caseId, voxels, source, {
        name: 'Ground truth',
        kind: 'truth',
        by,
        how: `imported ${basename(mask)}`,
        warnings: notes,
        approved: true
      })
    }
    return {
      ...outcome,
      warnings: [...outcome.warnings, ...notes.map((note) => `${name}: ${note}`)]
    }
  } catch (thrown) {
    return { ...failedImport(name, thrown), repairable: false }
  }
}

/**
 * Whether a case has this mask as its ground truth already; if nobody had approved it, it is now.
 *
 * @throws HippospikeError (input) where its ground truth is another: nobody can tell which is right
 */
async function isKnownMask(
  root: string,
  caseId: string,
  voxels: Uint8Array,
  path: string,
  by: string
): Promise<boolean> {
  const truths = (await listResults(root, caseId)).filter(({ kind }) => kind === 'truth')
  let most = 0
  for (const { id, approved } of truths) {
    const known = (await readMask(root, caseId, id)).voxels
    const differing = voxels.reduce((sum, label, n) => sum + Number(label !== known[n]), 0)
    most = Math.max(most, differing)
    if (differing > 0) continue
    if (approved === null) await approveMask(root, caseId, id, by)
    return true
  }
  if (truths.length === 0) return false
  throw new HippospikeError(
    'input',
    `${path}: its image is case ${caseId} already, whose ground truth differs from this mask in ${most} voxels; keep one of the two: remove the mask in the case, or take this one out`
  )
}
