import type { StructureName } from '../../shared/labels'
import { perStructure, structureMask } from './structures'

/**
 * Dice's coefficient 2·|A∩B| / (|A| + |B|) of two masks (not 0 is inside).
 *
 * Two empty masks agree fully and score 1 (as in MONAI with `ignore_empty=False`); one empty
 * mask scores 0. See docs/decisions/metrics.md.
 *
 * @param outside voxels of b that lie beyond the grid of the two
 */
export function dice(a: Uint8Array, b: Uint8Array, outside = 0): number {
  if (a.length !== b.length) throw new RangeError(`masks of ${a.length} and ${b.length} voxels`)
  let both = 0
  let sum = outside
  for (let n = 0; n < a.length; n++) {
    const inA = a[n] !== 0
    const inB = b[n] !== 0
    if (inA && inB) both++
    sum += Number(inA) + Number(inB)
  }
  return sum === 0 ? 1 : (2 * both) / sum
}

/** Dice of each structure between two label maps on one grid. */
export function diceScores(
  prediction: Uint8Array,
  reference: Uint8Array
): Record<StructureName, number> {
  return perStructure((structure) =>
    dice(structureMask(prediction, structure), structureMask(reference, structure))
  )
}
