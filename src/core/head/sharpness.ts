import type { Triple } from '../../shared/geometry'
import { percentileOfSorted } from '../metrics/statistics'
import type { Volume } from '../volume/volume'

/** The shorter of the two distances that are compared, mm; the other one is twice as long. */
const DISTANCE = 2
/** Axes with larger voxels, mm, say nothing: they are smooth without any motion. */
const LARGEST_VOXEL = 1.3
/** Percentiles that values are clipped to, so that a bright vessel does not decide. */
const CLIP = [0.5, 99.5] as const

/**
 * How much of what a part of an image shows is fine: the mean squared difference of voxels 2 mm apart, as a share of that of voxels 4 mm apart
 * (the structure function at two distances), along the stored axes. It depends on neither gain nor offset. What is perfectly smooth has 1/4, as differences grow with the
 * distance; noise has 1. Blur, as from motion, takes it down.
 *
 * @returns null where no axis has voxels that are fine enough, or there is no contrast
 */
export function sharpness({ geometry, voxels }: Volume): number | null {
  const sorted = voxels.slice().sort()
  const [low, high] = CLIP.map((percent) => percentileOfSorted(sorted, percent)) as [number, number]
  const clipped = voxels.map((value) => Math.min(Math.max(value, low), high))
  let [near, far] = [0, 0]
  geometry.spacing.forEach((spacing, axis) => {
    if (spacing > LARGEST_VOXEL) return
    const step = Math.max(1, Math.round(DISTANCE / spacing))
    if (geometry.size[axis]! <= 2 * step) return
    near += squaredDifference(clipped, geometry.size, axis, step)
    far += squaredDifference(clipped, geometry.size, axis, 2 * step)
  })
  return far > 0 ? near / far : null
}

/** The mean over all pairs of voxels so many voxels apart along an axis. */
function squaredDifference(
  voxels: Float32Array,
  size: Readonly<Triple>,
  axis: number,
  step: number
): number {
  const stride = [1, size[0], size[0] * size[1]][axis]!
  const length = size[axis]!
  let [sum, count] = [0, 0]
  for (let n = 0; n < voxels.length; n++) {
    if (Math.floor(n / stride) % length >= length - step) continue
    sum += (voxels[n + step * stride]! - voxels[n]!) ** 2
    count++
  }
  return sum / count
}
