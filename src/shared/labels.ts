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

/** The whole hippocampus of a side in FreeSurfer's colour table. */
export const FREESURFER_LABELS = { left: 17, right: 53 } as const

export type Side = 'left' | 'right'
export const SIDES: readonly Side[] = ['left', 'right']

/** What is added to a label of a crop to make it that of a side of a head. */
export const SIDE_OFFSET: Readonly<Record<Side, number>> = { left: 0, right: 2 }

export type StructureName = 'anterior' | 'posterior' | 'whole'
export const STRUCTURES: readonly StructureName[] = ['anterior', 'posterior', 'whole']
