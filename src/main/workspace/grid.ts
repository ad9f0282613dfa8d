import type { Geometry } from '../../shared/geometry'
import { HippospikeError } from '../../shared/errors'
import { HEAD_LABELS } from '../../shared/labels'
import { labelCounts } from '../../core/metrics/volumes'
import { farthestApart, voxelCount } from '../../core/volume/geometry'

/** Labels that a mask may hold, background among them. */
export const MASK_LABELS: readonly number[] = HEAD_LABELS.map(({ index }) => index)

/** Of a voxel: what the single-precision quaternion of a header may cost. */
const TOLERANCE = 0.1

/** @throws HippospikeError (usage) where the voxels are not a label map on the grid */
export function checkMaskVoxels(voxels: Uint8Array, { size }: Geometry): void {
  const expected = voxelCount(size)
  if (voxels.length !== expected) {
    throw new HippospikeError(
      'usage',
      `the mask has ${voxels.length} voxels, the image ${size.join('×')} = ${expected}; it must be on the image's grid`
    )
  }
  const counts = labelCounts(voxels)
  const strange = counts.findIndex((count, label) => count > 0 && !MASK_LABELS.includes(label))
  if (strange < 0) return
  throw new HippospikeError(
    'usage',
    `the mask has label ${strange}; allowed are ${MASK_LABELS.join(', ')}`
  )
}

/** @throws HippospikeError (input) where a file's label map is not on the image's grid */
export function checkSameGrid(name: string, mask: Geometry, image: Geometry): void {
  if (mask.size.join() !== image.size.join()) {
    throw new HippospikeError(
      'input',
      `${name}: is ${mask.size.join('×')} voxels, the image ${image.size.join('×')}; a mask must be on the image's grid`
    )
  }
  if (farthestApart(mask, image) <= TOLERANCE * Math.min(...image.spacing)) return
  throw new HippospikeError(
    'input',
    `${name}: lies elsewhere in space than the image (origin, voxel size or orientation differ); resample it to the image's grid`
  )
}
