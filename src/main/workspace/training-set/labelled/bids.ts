import { basename, join } from 'node:path'
import type { z } from 'zod'
import { labelledFolders, scansIn, type BidsScan } from '../../bids-scans'
import { readJsonOrNull } from '../../json-file'
import { sidecarSchema } from '../../result-record'
import { imagesBelow, NO_IMAGE, type Labelled } from './found'

const MASK = /^(sub-.*)_dseg\.nii(\.gz)?$/
/** Spaces that are the scan's own. */
const OWN_SPACES = ['orig', 'T1w', 'individual', 'scanner']

/**
 * The T1-weighted scans of a BIDS dataset with the masks that lie anywhere in it: `…_dseg.nii.gz` of the same subject, session and run. Masks
 * in another space, and old versions that this program keeps, are not looked at. Of several the one that a person has approved here is taken.
 */
export async function bidsPairs(dir: string): Promise<Labelled> {
  const scans = await scansOf(dir)
  const masks = (await imagesBelow(dir)).filter(isMaskOfScan)
  const found: Labelled = { pairs: [], unpaired: [] }
  const used = new Set<string>()
  for (const scan of scans) {
    const image = join(dir, scan.folder, scan.file)
    const own = masks.filter((mask) => belongs(mask, scan, scans))
    for (const mask of own) used.add(mask)
    const chosen = own.length > 1 ? await approvedOf(own) : own
    if (chosen.length === 1) {
      found.pairs.push({ image, mask: chosen[0]! })
    } else if (own.length === 0) {
      const problem = `has no mask: there is no ${scan.entities}…_dseg.nii.gz in the dataset's derivatives`
      found.unpaired.push({ path: image, problem })
    } else {
      const names = own.map((path) => basename(path)).join(', ')
      const problem = `has several masks (${names}); keep one, or approve one in Hippospike`
      found.unpaired.push({ path: image, problem })
    }
  }
  for (const path of masks) if (!used.has(path)) found.unpaired.push({ path, problem: NO_IMAGE })
  return found
}

async function scansOf(dir: string): Promise<BidsScan[]> {
  const scans: BidsScan[] = []
  for (const subject of await labelledFolders(dir, 'sub-')) {
    const sessions = await labelledFolders(join(dir, `sub-${subject}`), 'ses-')
    for (const session of [null, ...sessions]) {
      scans.push(...(await scansIn(dir, subject, session)).scans)
    }
  }
  return scans
}

function isMaskOfScan(path: string): boolean {
  const match = MASK.exec(basename(path))
  if (match === null) return false
  const { space, desc } = entitiesOf(match[1]!)
  const isOldVersion = /^v\d+$/.test(desc ?? '')
  return !isOldVersion && (space === undefined || OWN_SPACES.includes(space))
}

/** A mask that says nothing of the run or the like belongs to the only scan of its session. */
function belongs(mask: string, scan: BidsScan, scans: readonly BidsScan[]): boolean {
  const said = entitiesOf(MASK.exec(basename(mask))![1]!)
  const fits = (one: BidsScan): boolean =>
    said['sub'] === one.participant &&
    (said['ses'] ?? null) === one.session &&
    Object.entries(entitiesOf(one.entities)).every(
      ([key, value]) => said[key] === undefined || said[key] === value
    )
  const exact = (one: BidsScan): boolean =>
    Object.entries(entitiesOf(one.entities)).every(([key, value]) => said[key] === value)
  if (!fits(scan)) return false
  return exact(scan) || scans.filter(fits).length === 1
}

async function approvedOf(masks: readonly string[]): Promise<string[]> {
  const approved: string[] = []
  for (const path of masks) {
    const sidecar = path.replace(/\.nii(\.gz)?$/, '.json')
    const known = await readJsonOrNull<z.infer<typeof sidecarSchema>>(sidecar, sidecarSchema)
    if (known?.Hippospike.approved) approved.push(path)
  }
  return approved
}

/** `sub-01_ses-2` as `{sub: '01', ses: '2'}`. */
function entitiesOf(name: string): Record<string, string | undefined> {
  return Object.fromEntries(
    name.split('_').map((part) => {
      const at = part.indexOf('-')
      return [part.slice(0, at), part.slice(at + 1)]
    })
  )
}
