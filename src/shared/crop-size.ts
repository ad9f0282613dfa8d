import type { Geometry } from './geometry'

/** Images larger than this on an axis show more than the surroundings of one hippocampus, which is all the networks know. */
export const MAX_CROP_MM = 80

/** Whether an image may be a crop around one hippocampus; a larger one is taken for a head. */
export function isCropSized({ size, spacing }: Pick<Geometry, 'size' | 'spacing'>): boolean {
  return size.every((n, axis) => n * spacing[axis]! <= MAX_CROP_MM)
}
