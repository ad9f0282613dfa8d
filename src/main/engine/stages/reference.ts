import { HEAD_LABELS, FREESURFER_LABELS, SIDE_OFFSET } from '../../../shared/labels'
import type { Geometry } from '../../../shared/geometry'
import { cropTogether } from '../../../core/head/crop-together'
import { dice } from '../../../core/metrics/overlap'
import { structureMask } from '../../../core/metrics/structures'
import type { Volume } from '../../../core/volume/volume'
import { readLabels } from '../../imaging/read-image'
import { checkSameGrid } from '../../workspace/grid'

/** What masks are scored against. */
export interface Reference {
  mask: Volume<Uint8Array>
  /** Whether it tells anterior from posterior. */
  hasParts: boolean
}

export interface DiceByPart {
  whole: number
  /** Null where the reference knows only the whole. */
  anterior: number | null
  posterior: number | null
}

const ALLOWED = [...HEAD_LABELS.map(({ index }) => index), ...Object.values(FREESURFER_LABELS)]

/**
 * Reads a mask to score against: of a crop or a head, or one with FreeSurfer's labels, which know only the whole of each side.
 *
 * @throws HippospikeError (input) for a file that is no mask, or on another grid than the image's
 */
export async function readReference(path: string, image: Geometry): Promise<Reference> {
  const { geometry, voxels } = await readLabels(path, ALLOWED)
  checkSameGrid(path, geometry, image)
  return referenceOf({ geometry, voxels: voxels.map((label) => NATIVE[label] ?? label) })
}

/** FreeSurfer's labels as those of the front part of each side: only the whole is looked at then. */
const NATIVE: Readonly<Record<number, number>> = {
  [FREESURFER_LABELS.left]: 1 + SIDE_OFFSET.left,
  [FREESURFER_LABELS.right]: 1 + SIDE_OFFSET.right
}

export function referenceOf(mask: Volume<Uint8Array>): Reference {
  const has = (...labels: number[]): boolean => mask.voxels.some((label) => labels.includes(label))
  return { mask, hasParts: has(1, 3) && has(2, 4) }
}

/** Dice of a mask on the reference's grid, both sides of a head together. */
export function diceAgainst(
  { mask, hasParts }: Reference,
  prediction: Volume<Uint8Array>
): DiceByPart {
  const [a, b] = cropTogether(mask, prediction)
  const of = (structure: 'anterior' | 'posterior' | 'whole'): number =>
    dice(structureMask(a.voxels, structure), structureMask(b.voxels, structure))
  return {
    whole: of('whole'),
    anterior: hasParts ? of('anterior') : null,
    posterior: hasParts ? of('posterior') : null
  }
}
