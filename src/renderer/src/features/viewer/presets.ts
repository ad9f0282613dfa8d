import type { IntensityWindow } from './types'

export interface WindowPreset {
  readonly name: string
  readonly window: IntensityWindow
}

/** Values looked at: enough for steady percentiles, few enough to sort at once. */
const SAMPLES = 50_000

/**
 * Windows that suit an image without absolute units, from the percentiles of its voxels.
 *
 * @param initial the one that the image came with
 */
export function windowPresets(voxels: Float32Array, initial: IntensityWindow): WindowPreset[] {
  const step = Math.max(1, Math.floor(voxels.length / SAMPLES))
  const sample = new Float32Array(Math.floor((voxels.length - 1) / step) + 1)
  let count = 0
  for (let n = 0; n < voxels.length; n += step) {
    if (Number.isFinite(voxels[n])) sample[count++] = voxels[n]!
  }
  const sorted = sample.subarray(0, count).sort()
  const at = (fraction: number): number => sorted[Math.round(fraction * (count - 1))] ?? 0
  const between = (low: number, high: number): IntensityWindow => widened(at(low), at(high))
  return [
    { name: 'Automatic', window: { ...initial } },
    { name: 'Full range', window: between(0, 1) },
    { name: 'Grey and white matter', window: between(0.4, 0.995) },
    { name: 'High contrast', window: between(0.25, 0.9) },
    { name: 'Dark structures', window: between(0, 0.6) }
  ]
}

/** A window is never empty, or nothing could be told apart in it. */
export function widened(low: number, high: number): IntensityWindow {
  return high > low ? { low, high } : { low, high: low + Math.max(1e-6, Math.abs(low) * 1e-6) }
}
