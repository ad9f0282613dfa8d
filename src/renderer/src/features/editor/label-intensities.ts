import type { IntensityWindow } from '../viewer'

/** Two standard deviations around the mean intensity under a label; null where no voxel has it. */
export function labelIntensities(
  voxels: Float32Array,
  mask: Uint8Array,
  label: number
): IntensityWindow | null {
  let [count, sum, squares] = [0, 0, 0]
  for (let n = 0; n < mask.length; n++) {
    if (mask[n] !== label) continue
    const value = voxels[n]!
    count++
    sum += value
    squares += value * value
  }
  if (count === 0) return null
  const mean = sum / count
  const deviation = Math.sqrt(Math.max(0, squares / count - mean * mean))
  return { low: mean - 2 * deviation, high: mean + 2 * deviation }
}
