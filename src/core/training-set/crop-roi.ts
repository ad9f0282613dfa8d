import type { Geometry, Triple } from '../../shared/geometry'
import { boxCentre, centredGrid, ENLARGEMENT, enlargedGrid, WINDOW_SIZE } from '../head/box-grid'
import { extentCentre, type Extent } from '../head/extent'
import { voxelsAround, type Roi } from '../volume/crop'
import { indexToPhysical, physicalToIndex } from '../volume/geometry'
import { nearestAxisOrder, obliquity, reorderGeometry } from '../volume/orientation'
import { MAX_OBLIQUITY } from '../volume/resample'

/** Columns are the directions right, front and up, in LPS. */
const STRAIGHT = [-1, 0, 0, 0, -1, 0, 0, 0, 1]

/**
 * The voxels of a head's scan that are cut out around a hippocampus to train on: those of the window that a network looks at in a head, which is
 * enlarged as there where the mask touches its edge. The axes are those that the network's own grid of the crop will have.
 *
 * @param extent of the hippocampus's mask
 */
export function cropRoi(scan: Geometry, extent: Extent): Roi {
  const straight = obliquity(scan.direction) > MAX_OBLIQUITY
  const direction = straight
    ? STRAIGHT
    : reorderGeometry(scan, nearestAxisOrder(scan.direction)).direction
  const centre = indexToPhysical(scan, extentCentre(extent))
  let window = centredGrid(
    { size: [...WINDOW_SIZE], spacing: [1, 1, 1], origin: [0, 0, 0], direction: [...direction] },
    centre
  )
  while (!holds(window, scan, extent)) window = enlargedGrid(window, ENLARGEMENT)
  const roi = voxelsAround(window, scan, 0)
  // The middle of a mask lies within its image.
  if (roi === null) throw new RangeError(`the window at ${boxCentre(window).join()} is empty`)
  return roi
}

/** Whether all of an extent lies within a window, without touching its edge. */
function holds(window: Geometry, scan: Geometry, { low, high }: Extent): boolean {
  for (let corner = 0; corner < 8; corner++) {
    // Outer faces of the voxels.
    const index = low.map((value, axis) =>
      (corner >> axis) & 1 ? high[axis]! + 0.5 : value - 0.5
    ) as Triple
    const place = physicalToIndex(window, indexToPhysical(scan, index))
    if (place.some((value, axis) => value < 0 || value > window.size[axis]! - 1)) return false
  }
  return true
}
