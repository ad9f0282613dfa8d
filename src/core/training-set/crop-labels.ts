import { SIDE_OFFSET, type Side } from '../../shared/labels'
import { WHOLE_LABEL, type MaskKind } from '../../shared/training'

/**
 * The labels of one hippocampus as training takes them: 1 and 2, or {@link WHOLE_LABEL} everywhere where the mask knows only the whole. The other
 * side is background.
 *
 * @param side null for that of a crop
 */
export function trainingLabels(voxels: Uint8Array, side: Side | null, kind: MaskKind): Uint8Array {
  const offset = side === null ? 0 : SIDE_OFFSET[side]
  const table = new Uint8Array(256)
  for (const part of [1, 2]) table[part + offset] = kind === 'whole' ? WHOLE_LABEL : part
  return voxels.map((label) => table[label]!)
}
