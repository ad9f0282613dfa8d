import type { Triple } from '../../../../shared/geometry'
import { SIDE_OFFSET, type Side } from '../../../../shared/labels'
import { centreOf, indexOf, indexToMm, mmToIndex, nearestVoxel } from '../../volume/grid'
import { eachLabelled } from '../../volume/labelled'
import type { OpenImage } from './types'

/** What to look at first, in LPS millimetres: the voxel in the middle of the image, or of the first side that a head's mask has. */
export function homeOf({ geometry }: OpenImage, mask: Uint8Array | null): Triple {
  const { size } = geometry
  const found = mask && (middleOf(size, mask, 'left') ?? middleOf(size, mask, 'right'))
  const centre = found ?? mmToIndex(geometry, centreOf(geometry))
  return indexToMm(geometry, nearestVoxel(size, centre))
}

/** Mean voxel index of a side; null where it has no voxel. */
function middleOf(size: Readonly<Triple>, mask: Uint8Array, side: Side): Triple | null {
  const [first, last] = [1 + SIDE_OFFSET[side], 2 + SIDE_OFFSET[side]]
  const sum: Triple = [0, 0, 0]
  let count = 0
  eachLabelled(mask, (label, n) => {
    if (label < first || label > last) return
    indexOf(size, n).forEach((value, axis) => (sum[axis]! += value))
    count++
  })
  return count === 0 ? null : (sum.map((value) => value / count) as Triple)
}
