import { isCropSized } from '../../../../shared/crop-size'
import type { Triple } from '../../../../shared/geometry'
import { FREESURFER_LABELS, SIDE_OFFSET, SIDES } from '../../../../shared/labels'
import { WHOLE_LABEL } from '../../../../shared/training'
import { maskExtent } from '../../../../core/head/extent'
import { connectedComponents } from '../../../../core/volume/components'
import { crop, cropGeometry, uncrop, type Roi } from '../../../../core/volume/crop'
import { indexToPhysical } from '../../../../core/volume/geometry'
import type { Volume } from '../../../../core/volume/volume'
import { badInput } from '../../../imaging/image-checks'

/** A mask of whatever table with the workspace's labels. */
export interface WorkspaceLabels {
  voxels: Uint8Array
  /** What is to be known of it, a sentence each. */
  notes: string[]
}

const WHOLE_NOTE = 'the mask knows only the whole hippocampus, which is shown as its anterior part'
const { left: LEFT, right: RIGHT } = FREESURFER_LABELS
/** Millimetres between the middles of both hippocampi at least. */
const LEAST_APART = 20
/** Share of the larger group that the smaller one has at least. */
const LEAST_SHARE = 0.2

/**
 * The labels of a mask from elsewhere as the workspace has them: 1 and 2 in a crop, 1 to 4 in a head. FreeSurfer's 17 and 53, and a single label,
 * are the whole hippocampus, which becomes label 1 (in a head 1 and 3). A head's mask without sides (1 and 2, or one label) is divided by
 * where its two halves lie; where 1 is all of one half and 2 all of the other, they are the sides.
 *
 * @param path for messages
 * @throws HippospikeError (input) for an empty mask, what is no label map, and labels of no such table
 */
export function workspaceLabels(path: string, mask: Volume): WorkspaceLabels {
  const present = labelsIn(path, mask.voxels)
  if (present.length === 0) {
    throw badInput(path, 'is empty: it labels no voxel; draw the hippocampus, or take it out')
  }
  const isCrop = isCropSized(mask.geometry)
  const native = present.every((label) => label <= 4)
  if (!native && (present.includes(LEFT) || present.includes(RIGHT))) {
    return fromFreeSurfer(mask, present, isCrop)
  }
  const single = present.length === 1
  if (!native && !single) throw strange(path, present)
  const labels = { geometry: mask.geometry, voxels: Uint8Array.from(mask.voxels) }
  if (isCrop) {
    const isWhole = single && (!native || present[0]! <= WHOLE_LABEL)
    return isWhole
      ? { voxels: labels.voxels.map((label) => Math.min(label, 1)), notes: [WHOLE_NOTE] }
      : { voxels: labels.voxels, notes: [] }
  }
  if (native && present.some((label) => label > 2)) return { voxels: labels.voxels, notes: [] }
  const divided = bySides(labels)
  if (divided !== null) return divided
  if (!single) return { voxels: labels.voxels, notes: [] }
  throw badInput(
    path,
    'shows one hippocampus of a head and does not say which: label it 1 and 2 on the left, 3 and 4 on the right, or as FreeSurfer does by 17 or 53'
  )
}

/** @returns labels but the background, rising */
function labelsIn(path: string, voxels: Float32Array): number[] {
  const seen = new Set<number>()
  let last = 0
  for (const value of voxels) {
    // Neighbours mostly are alike, and a set is slow to ask.
    if (value === last) continue
    last = value
    seen.add(value)
    if (Number.isInteger(value) && value >= 0 && seen.size <= 4096) continue
    throw badInput(path, `is no label map: it has the value ${value}; give whole numbers from 0 on`)
  }
  seen.delete(0)
  return [...seen].sort((a, b) => a - b)
}

function fromFreeSurfer(mask: Volume, present: number[], isCrop: boolean): WorkspaceLabels {
  const both = present.includes(LEFT) && present.includes(RIGHT)
  const right = isCrop && !both ? 1 : 1 + SIDE_OFFSET.right
  const voxels = Uint8Array.from(mask.voxels, (label) =>
    label === LEFT ? 1 : label === RIGHT ? right : 0
  )
  const others = present.some((label) => label !== LEFT && label !== RIGHT)
  return {
    voxels,
    notes: [WHOLE_NOTE, ...(others ? ['labels other than 17 and 53 were left out'] : [])]
  }
}

/** A head's mask without sides, divided; null where it does not lie in two places. */
function bySides(mask: Volume<Uint8Array>): WorkspaceLabels | null {
  const extent = maskExtent(mask.voxels, mask.geometry.size)!
  const roi: Roi = { start: extent.low, end: extent.high.map((value) => value + 1) as Triple }
  const part = crop(mask, roi)
  const geometry = cropGeometry(mask.geometry, roi)
  const { component, sizes } = connectedComponents(part.voxels, geometry.size, 26)
  const lefts = middles(
    component,
    sizes,
    (index) => indexToPhysical(geometry, index)[0],
    geometry.size
  )
  const largest = sizes.indexOf(Math.max(...sizes))
  const second = sizes.reduce<number | null>((best, size, n) => {
    const apart = Math.abs(lefts[n]! - lefts[largest]!) >= LEAST_APART
    if (!apart || size < LEAST_SHARE * sizes[largest]!) return best
    return best === null || size > sizes[best]! ? n : best
  }, null)
  if (second === null) return null
  const between = (lefts[largest]! + lefts[second]!) / 2
  const isLeft = (n: number): boolean => lefts[component[n]! - 1]! > between
  const notes: string[] = []
  const voxels = part.voxels.slice()
  for (const side of SIDES) {
    const own = (n: number): boolean => part.voxels[n]! > 0 && isLeft(n) === (side === 'left')
    const labels = new Set(part.voxels.filter((_, n) => own(n)))
    const offset = SIDE_OFFSET[side]
    voxels.forEach((_, n) => {
      if (own(n)) voxels[n] = (labels.size === 1 ? 1 : part.voxels[n]!) + offset
    })
    if (labels.size === 1 && notes.length === 0) notes.push(WHOLE_NOTE)
  }
  notes.push('the mask names no sides: they were told by where its two halves lie')
  return { voxels: uncrop(voxels, roi, mask.geometry.size), notes }
}

/** Mean of a coordinate over each component. */
function middles(
  component: Int32Array,
  sizes: readonly number[],
  coordinate: (index: Triple) => number,
  [nx, ny]: Readonly<Triple>
): number[] {
  const sums = sizes.map(() => 0)
  component.forEach((number, n) => {
    if (number === 0) return
    sums[number - 1]! += coordinate([n % nx, Math.floor(n / nx) % ny, Math.floor(n / (nx * ny))])
  })
  return sums.map((sum, n) => sum / sizes[n]!)
}

function strange(path: string, present: readonly number[]) {
  const list = present.slice(0, 6).join(', ') + (present.length > 6 ? ', …' : '')
  return badInput(
    path,
    `has labels ${list}, which no known table has; allowed are 1 anterior and 2 posterior (in a head 3 and 4 on the right), FreeSurfer's 17 and 53, or one label for the whole`
  )
}
