/** Labels of a crop around one hippocampus, as the Decathlon's Task04 numbers them. */
export const CROP_LABELS = [
  { index: 0, name: 'background' },
  { index: 1, name: 'anterior' },
  { index: 2, name: 'posterior' }
] as const

export type StructureName = 'anterior' | 'posterior' | 'whole'
export const STRUCTURES: readonly StructureName[] = ['anterior', 'posterior', 'whole']
