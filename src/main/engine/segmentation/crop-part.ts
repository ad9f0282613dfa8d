import type { z } from 'zod'
import type { Geometry, Triple } from '../../../shared/geometry'
import { HippospikeError } from '../../../shared/errors'
import type { roiSchema, SegmentRequest } from '../../../shared/jobs'
import { isCropSized, MAX_CROP_MM } from '../../../shared/crop-size'
import { checkRoi, crop, type Roi } from '../../../core/volume/crop'
import { fieldOfView } from '../../../core/volume/geometry'
import type { Volume } from '../../../core/volume/volume'
import { checkContrast } from '../../imaging/image-checks'

/** A part of the image that is segmented as a crop around one hippocampus. */
export interface Part {
  volume: Volume
  /** Null for the whole image. */
  roi: Roi | null
}

/**
 * What a request has segmented as a crop.
 *
 * @returns null for a head, in which the hippocampi are to be located
 * @throws HippospikeError (usage) for a box that does not fit, (input) for a region without contrast or larger than a crop
 */
export function cropOf(
  { image: path, roi, boxes }: Pick<SegmentRequest, 'image' | 'roi' | 'boxes'>,
  image: Volume
): Part | null {
  if (roi === 'auto' && (boxes !== null || !isCropSized(image.geometry))) return null
  if (roi === 'auto' || roi === 'whole') {
    checkFieldOfView(path, image.geometry)
    return { volume: image, roi: null }
  }
  const box = toRoi(roi, image.geometry.size)
  const volume = crop(image, box)
  checkContrast(`the region of ${path}`, volume.voxels)
  checkFieldOfView('the region', volume.geometry)
  return { volume, roi: box }
}

function toRoi([i0, j0, k0, i1, j1, k1]: z.infer<typeof roiSchema>, size: Triple): Roi {
  const roi: Roi = { start: [i0, j0, k0], end: [i1, j1, k1] }
  checkRoi(roi, size)
  return roi
}

/** What to do about an image that is too large to be segmented as a crop. */
const SEGMENT_OTHERWISE =
  'have both be located by --roi auto, or name a smaller box by --roi i0,j0,k0,i1,j1,k1 (0-based voxel indices in stored axis order, end exclusive)'

/**
 * @param what is too large, for the message
 * @param advice what to do then
 * @throws HippospikeError (input) where an image shows more than a crop around one hippocampus does
 */
export function checkFieldOfView(
  what: string,
  geometry: Geometry,
  advice = SEGMENT_OTHERWISE
): void {
  if (isCropSized(geometry)) return
  const size = fieldOfView(geometry)
    .map((mm) => mm.toFixed(0))
    .join('×')
  throw new HippospikeError(
    'input',
    `${what} spans ${size} mm; a crop around one hippocampus spans at most ${MAX_CROP_MM} mm an axis: ${advice}`
  )
}
