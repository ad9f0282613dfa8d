import type { CaseImage } from '../../shared/api/cases'
import { voxelVolume } from '../../core/volume/geometry'
import type { Volume } from '../../core/volume/volume'

/** Percentiles of more voxels than these are taken from an even sample. */
const SAMPLE = 400_000

/**
 * Where an image lies and how to show it first: its range, and the window from its 1st percentile to the 99th of what is brighter than its mean. The air around
 * a head, which is more than half of most scans, would else draw the upper end down to white matter, and nothing be told apart in that.
 */
export function imageFacts({ geometry, voxels }: Volume): CaseImage {
  let low = Infinity
  let high = -Infinity
  for (let n = 0; n < voxels.length; n++) {
    const value = voxels[n]!
    if (value < low) low = value
    if (value > high) high = value
  }
  const step = Math.max(1, Math.floor(voxels.length / SAMPLE))
  const sample = new Float32Array(Math.floor((voxels.length - 1) / step) + 1)
  for (let n = 0; n < sample.length; n++) sample[n] = voxels[n * step]!
  sample.sort()
  const at = (fraction: number): number => sample[Math.round(fraction * (sample.length - 1))]!
  const mean = sample.reduce((sum, value) => sum + value, 0) / sample.length
  const dark = sample.findIndex((value) => value > mean) / sample.length
  const [first, last] = [at(0.01), at(dark + 0.99 * (1 - dark))]
  return {
    geometry,
    range: [low, high],
    // A nearly binary image has both percentiles in its background.
    window: first < last ? { low: first, high: last } : { low, high },
    voxelMm3: voxelVolume(geometry)
  }
}
