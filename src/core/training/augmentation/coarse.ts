import type { Random } from '../random'
import type { AugmentationOptions } from './options'

/** Every third sample that is made coarse has voxels that are large along all axes; the others have thick slices. */
const ISOTROPIC_SHARE = 1 / 3
/** Most that a voxel measures that is large along all axes, in voxels. */
const COARSEST_ISOTROPIC = 2.5

/**
 * Makes the covered part of an image look as if it had been resampled from larger voxels; its mean and deviation stay, as
 * they would where the preprocessing sees the scan as it is.
 */
export function makeCoarse(
  image: Float32Array,
  [nx, ny, nz]: [number, number, number],
  covered: Float32Array,
  random: Random,
  { coarsestVoxels }: AugmentationOptions
): void {
  const before = coveredMoments(image, covered)
  const lines: [number, number][] = [
    [1, nx],
    [nx, ny],
    [nx * ny, nz]
  ]
  const isIsotropic = random.chance(ISOTROPIC_SHARE)
  const edge = random.between(1.5, isIsotropic ? COARSEST_ISOTROPIC : coarsestVoxels)
  const axes = isIsotropic ? [0, 1, 2] : [random.index(3)]
  for (const axis of axes) averageAlong(image, lines[axis]!, edge, random.uniform() * edge)
  const after = coveredMoments(image, covered)
  const gain = before.deviation / (after.deviation || 1)
  for (let i = 0; i < image.length; i++) {
    const shown = before.mean + gain * (image[i]! - after.mean)
    image[i] = covered[i]! > 0 ? covered[i]! * shown : 0
  }
}

/** Mean and standard deviation over what shows the case. */
function coveredMoments(
  image: Float32Array,
  covered: Float32Array
): { mean: number; deviation: number } {
  let [weight, sum, squares] = [0, 0, 0]
  for (let i = 0; i < image.length; i++) {
    weight += covered[i]!
    sum += covered[i]! * image[i]!
    squares += covered[i]! * image[i]! ** 2
  }
  const mean = sum / (weight || 1)
  return { mean, deviation: Math.sqrt(Math.max(0, squares / (weight || 1) - mean ** 2)) }
}

/** Averages over slabs of `edge` voxels along one axis, the first of which begins at −`phase`, and interpolates linearly between their centres. */
function averageAlong(
  image: Float32Array,
  [stride, count]: [number, number],
  edge: number,
  phase: number
): void {
  const slabs = Math.floor((count - 1 + phase) / edge) + 1
  const sums = new Float64Array(slabs)
  const counts = new Float64Array(slabs)
  for (let start = 0; start < image.length; start++) {
    if (Math.floor(start / stride) % count !== 0) continue
    sums.fill(0)
    counts.fill(0)
    for (let n = 0; n < count; n++) {
      const slab = Math.floor((n + phase) / edge)
      sums[slab] = sums[slab]! + image[start + n * stride]!
      counts[slab] = counts[slab]! + 1
    }
    const mean = (slab: number): number => {
      const within = Math.min(Math.max(slab, 0), slabs - 1)
      return sums[within]! / counts[within]!
    }
    for (let n = 0; n < count; n++) {
      const place = (n + 0.5 + phase) / edge - 0.5
      const slab = Math.floor(place)
      const share = place - slab
      image[start + n * stride] = (1 - share) * mean(slab) + share * mean(slab + 1)
    }
  }
}
