import type { Triple } from '../../../../../shared/geometry'
import { indexOf } from '../../../volume/grid'

/** Voxels that an operation would change, and to which label. Every operation gives one and touches nothing. */
export interface Edit {
  /** Places in the mask's array, each once. */
  readonly offsets: Uint32Array<ArrayBuffer>
  /** New labels, one an offset. */
  readonly labels: Uint8Array<ArrayBuffer>
}

export const NO_EDIT: Edit = { offsets: new Uint32Array(), labels: new Uint8Array() }

/** The same label for all of these places, but for those that have it already. */
export function relabel(mask: Uint8Array, offsets: Iterable<number>, label: number): Edit {
  const changed: number[] = []
  for (const offset of offsets) if (mask[offset] !== label) changed.push(offset)
  return {
    offsets: Uint32Array.from(changed),
    labels: new Uint8Array(changed.length).fill(label)
  }
}

/** What turns one mask into another of the same grid. */
export function editBetween(before: Uint8Array, after: Uint8Array): Edit {
  if (before.length !== after.length) {
    throw new Error(
      `a mask of ${after.length} voxels cannot replace one of ${before.length}: both must be of one image`
    )
  }
  const offsets: number[] = []
  for (let n = 0; n < before.length; n++) if (before[n] !== after[n]) offsets.push(n)
  return {
    offsets: Uint32Array.from(offsets),
    labels: Uint8Array.from(offsets, (offset) => after[offset]!)
  }
}

/** First and last voxel, both inside, of some places; null where there are none. */
export function boxOf(
  size: Readonly<Triple>,
  offsets: Uint32Array
): { min: Triple; max: Triple } | null {
  if (offsets.length === 0) return null
  const min: Triple = [...size]
  const max: Triple = [0, 0, 0]
  for (const offset of offsets) {
    const index = indexOf(size, offset)
    for (let axis = 0; axis < 3; axis++) {
      if (index[axis]! < min[axis]!) min[axis] = index[axis]!
      if (index[axis]! > max[axis]!) max[axis] = index[axis]!
    }
  }
  return { min, max }
}
