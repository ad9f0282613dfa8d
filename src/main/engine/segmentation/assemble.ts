import type { Geometry } from '../../../shared/geometry'
import type { SegmentRequest } from '../../../shared/jobs'
import {
  CROP_LABELS,
  FREESURFER_LABELS,
  HEAD_LABELS,
  SIDE_OFFSET,
  type Side
} from '../../../shared/labels'
import { HippospikeError } from '../../../shared/errors'
import { sidesAreInOrder } from '../../../core/head/laterality'
import { extentCentre, maskExtent } from '../../../core/head/extent'
import { eachRow, type Roi } from '../../../core/volume/crop'
import { indexToPhysical, voxelCount } from '../../../core/volume/geometry'
import type { Volume } from '../../../core/volume/volume'
import type { SegmentedRegion } from './infer-region'

/** Part of the smaller mask of a head that may lie in the other one: what is beyond it is one hippocampus found twice. */
const MOST_SHARED = 0.5

/**
 * The regions' masks on the image's grid: labels as the regions have them where the side is not part of the label, or 1 to 4 in a head, or
 * FreeSurfer's.
 *
 * @throws HippospikeError (input) where the left mask lies to the right of the right one, or both are of one hippocampus
 */
export function assembleMask(
  regions: readonly SegmentedRegion[],
  geometry: Geometry,
  { isHead, labels }: { isHead: boolean; labels: SegmentRequest['labels'] }
): Volume<Uint8Array> {
  const voxels = new Uint8Array(voxelCount(geometry.size))
  let shared = 0
  for (const { region, labels: own } of regions) {
    const table = labelTable(region.side, isHead, labels)
    eachVoxel(region.roi, geometry, (whole, part) => {
      const label = own[part]!
      if (label === 0) return
      if (voxels[whole]! > 0) shared++
      voxels[whole] = table[label]!
    })
  }
  if (isHead) {
    // Two masks of one hippocampus lie beside each other by chance alone.
    assertApart(regions, shared)
    assertOrder(regions)
  }
  return { geometry, voxels }
}

/** The labels that {@link assembleMask} may have written, background among them. */
export function maskTable(
  regions: readonly SegmentedRegion[],
  { isHead, labels }: { isHead: boolean; labels: SegmentRequest['labels'] }
): readonly { index: number; name: string }[] {
  if (labels === 'freesurfer') {
    const sides = regions.flatMap(({ region }) => region.side ?? [])
    return [
      HEAD_LABELS[0],
      ...sides.map((side) => ({ index: FREESURFER_LABELS[side], name: `${side} hippocampus` }))
    ]
  }
  return isHead ? HEAD_LABELS : CROP_LABELS
}

/**
 * The regions' probabilities on the image's grid: those of a crop's classes, or in a head of each of {@link HEAD_LABELS}.
 *
 * @returns `classes` a voxel, innermost; everything outside the regions is background for certain
 */
export function assembleProbabilities(
  regions: readonly SegmentedRegion[],
  geometry: Geometry,
  isHead: boolean
): { probabilities: Float32Array; classes: number } {
  const classes = isHead ? HEAD_LABELS.length : regions[0]!.inference.classes
  const probabilities = new Float32Array(voxelCount(geometry.size) * classes)
  for (const { region, probabilities: own, inference } of regions) {
    const offset = isHead ? SIDE_OFFSET[region.side!] : 0
    eachVoxel(region.roi, geometry, (whole, part) => {
      for (let label = 1; label < inference.classes; label++) {
        const at = whole * classes + label + offset
        probabilities[at]! += own[part * inference.classes + label]!
      }
    })
  }
  for (let at = 0; at < probabilities.length; at += classes) {
    let sum = 0
    for (let label = 1; label < classes; label++) sum += probabilities[at + label]!
    probabilities[at] = Math.max(0, 1 - sum)
  }
  return { probabilities, classes }
}

function eachVoxel(
  roi: Roi | null,
  { size }: Geometry,
  visit: (whole: number, part: number) => void
): void {
  eachRow(size, roi ?? { start: [0, 0, 0], end: [...size] }, 1, (whole, part, length) => {
    for (let n = 0; n < length; n++) visit(whole + n, part + n)
  })
}

function labelTable(
  side: Side | null,
  isHead: boolean,
  labels: SegmentRequest['labels']
): readonly number[] {
  if (labels === 'freesurfer') {
    if (side === null) {
      throw new HippospikeError(
        'usage',
        'FreeSurfer labels need the side of a crop; give --side left or --side right'
      )
    }
    const value = FREESURFER_LABELS[side]
    return [0, value, value]
  }
  const offset = isHead ? SIDE_OFFSET[side!] : 0
  return [0, 1 + offset, 2 + offset]
}

function assertOrder(regions: readonly SegmentedRegion[]): void {
  const middle = (side: Side) => {
    const found = regions.find(({ region }) => region.side === side)
    if (!found) return null
    const { source } = found.region.mapping
    const extent = maskExtent(found.labels, source.size)
    return extent && indexToPhysical(source, extentCentre(extent))
  }
  const [left, right] = [middle('left'), middle('right')]
  if (left === null || right === null || sidesAreInOrder(left, right)) return
  throw new HippospikeError(
    'input',
    'the left mask lies to the right of the right one, so the boxes or the orientation of the scan are wrong; no mask was written'
  )
}

/** Boxes that are placed by hand may both lie around one hippocampus. @param shared voxels that both masks have */
function assertApart(regions: readonly SegmentedRegion[], shared: number): void {
  const voxels = regions.map(({ labels }) =>
    labels.reduce((sum, one) => sum + (one > 0 ? 1 : 0), 0)
  )
  if (shared <= MOST_SHARED * Math.min(...voxels)) return
  throw new HippospikeError(
    'input',
    'both boxes led to the same hippocampus; put the box of each side around its own hippocampus, or leave one out. No mask was written'
  )
}
