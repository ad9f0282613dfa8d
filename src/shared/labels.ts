import { isCropSized } from './crop-size'
import type { Geometry } from './geometry'

/** A label of a mask. */
export interface MaskLabel {
  readonly index: number
  readonly name: string
}

/** Labels of a crop around one hippocampus, as the Decathlon's Task04 numbers them. */
export const CROP_LABELS = [
  { index: 0, name: 'background' },
  { index: 1, name: 'anterior' },
  { index: 2, name: 'posterior' }
] as const

/** Labels of a head. */
export const HEAD_LABELS = [
  { index: 0, name: 'background' },
  { index: 1, name: 'left anterior' },
  { index: 2, name: 'left posterior' },
  { index: 3, name: 'right anterior' },
  { index: 4, name: 'right posterior' }
] as const

/** Whether a mask is that of a head, of which it alone can hold the right side's labels. */
export function isHeadMask(
  geometry: Pick<Geometry, 'size' | 'spacing'>,
  voxels: Uint8Array | null
): boolean {
  return !isCropSized(geometry) || (voxels?.some((label) => label > 2) ?? false)
}

/** `#rrggbb` of each label: a hue for a part of the structure, darker and cooler on the right. */
export const LABEL_COLOURS: Readonly<Record<number, string>> = {
  1: '#f0a868',
  2: '#63b3d8',
  3: '#cf6b58',
  4: '#4f7cd6'
}

/** The whole hippocampus of a side in FreeSurfer's colour table. */
export const FREESURFER_LABELS = { left: 17, right: 53 } as const

export type Side = 'left' | 'right'
export const SIDES: readonly Side[] = ['left', 'right']

/** As BIDS names a side in a file's name: `hemi-L`. */
export const HEMISPHERE: Readonly<Record<Side, string>> = { left: 'L', right: 'R' }

/** What is added to a label of a crop to make it that of a side of a head. */
export const SIDE_OFFSET: Readonly<Record<Side, number>> = { left: 0, right: 2 }

export type StructureName = 'anterior' | 'posterior' | 'whole'
export const STRUCTURES: readonly StructureName[] = ['anterior', 'posterior', 'whole']

/** Side that a label of a head lies on; null for the background. */
export function sideOf(label: number): Side | null {
  if (label === 0) return null
  return label > SIDE_OFFSET.right ? 'right' : 'left'
}
