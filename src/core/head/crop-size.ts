import type { Geometry } from '../../shared/geometry'
import { fieldOfView } from '../volume/geometry'

/** Images larger than this on an axis show more than the surroundings of one hippocampus, which is all the networks know. */
export const MAX_CROP_MM = 80

/** Whether an image may be a crop around one hippocampus; a larger one is taken for a head. */
export function isCropSized(geometry: Geometry): boolean {
  return fieldOfView(geometry).every((mm) => mm <= MAX_CROP_MM)
}
