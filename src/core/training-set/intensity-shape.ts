import type { Triple } from '../../shared/geometry'
import type { IntensityShape } from '../../shared/training-set'
import { mean, median, percentileOfSorted } from '../metrics/statistics'

/**
 * How the intensities of a crop are distributed, whatever their scale and offset.
 *
 * @param voxels z-scores on the network's grid, x fastest, as `normaliseIntensities` makes them
 */
export function intensityShape(voxels: Float32Array, size: Readonly<Triple>): IntensityShape {
  const sorted = voxels.slice().sort()
  return {
    skewness: mean(voxels.map((value) => value ** 3)),
    noise: median(roughness(voxels, size)),
    deciles: Array.from({ length: 9 }, (_, n) => percentileOfSorted(sorted, 10 * (n + 1)))
  }
}

/** How far each inner voxel lies from the mean of its six neighbours; 0 alone where there is none. */
function roughness(voxels: Float32Array, [nx, ny, nz]: Readonly<Triple>): number[] {
  const found: number[] = []
  const steps = [1, nx, nx * ny]
  for (let k = 1; k < nz - 1; k++) {
    for (let j = 1; j < ny - 1; j++) {
      for (let i = 1; i < nx - 1; i++) {
        const n = i + nx * (j + ny * k)
        const around = steps.reduce((sum, step) => sum + voxels[n - step]! + voxels[n + step]!, 0)
        found.push(Math.abs(voxels[n]! - around / 6))
      }
    }
  }
  return found.length === 0 ? [0] : found
}

/** Mean distance of two distributions' deciles, in standard deviations. */
export function decileDistance(a: readonly number[], b: readonly number[]): number {
  return mean(a.map((value, n) => Math.abs(value - b[n]!)))
}
