import type { Triple } from '../../shared/geometry'
import { mean, percentileOfSorted, standardDeviation } from '../metrics/statistics'

/**
 * Clips to two percentiles of the whole volume (numpy's linear interpolation), then z-scores over the whole volume with
 * the population standard deviation. A constant image has no contrast to scale and becomes all zeros.
 *
 * @param clip lower and upper percentile, 0–100, for example [0.5, 99.5]
 */
export function normaliseIntensities(voxels: Float32Array, clip: [number, number]): Float32Array {
  const sorted = voxels.slice().sort()
  const low = percentileOfSorted(sorted, clip[0])
  const high = percentileOfSorted(sorted, clip[1])
  const out = new Float32Array(voxels.length)
  for (let n = 0; n < voxels.length; n++) out[n] = Math.min(Math.max(voxels[n]!, low), high)
  const centre = mean(out)
  const deviation = standardDeviation(out)
  // Rounding alone leaves a constant image a deviation of up to a few ulp of its value.
  if (!(deviation > Math.abs(centre) * 1e-7)) return out.fill(0)
  for (let n = 0; n < out.length; n++) out[n] = (out[n]! - centre) / deviation
  return out
}

export interface Padded {
  voxels: Float32Array
  size: Triple
  /** Index in the padded grid of the first voxel of the original one. */
  offset: Triple
}

/**
 * Zero-pads every axis to the next multiple, split evenly on both sides (the odd voxel goes to the end).
 * To be called after normalising, where zero is the mean of the image.
 */
export function padToMultiple(voxels: Float32Array, size: Triple, multiple: number): Padded {
  const padded = size.map((n) => Math.ceil(n / multiple) * multiple) as Triple
  const offset = size.map((n, axis) => Math.floor((padded[axis]! - n) / 2)) as Triple
  const [nx, ny, nz] = size
  const out = new Float32Array(padded[0] * padded[1] * padded[2])
  for (let k = 0; k < nz; k++) {
    for (let j = 0; j < ny; j++) {
      const from = nx * (j + ny * k)
      const to = offset[0] + padded[0] * (j + offset[1] + padded[1] * (k + offset[2]))
      out.set(voxels.subarray(from, from + nx), to)
    }
  }
  return { voxels: out, size: padded, offset }
}

/**
 * The part of a padded grid that {@link padToMultiple} started from.
 *
 * @param channels values per voxel, stored innermost (a tensor of shape [nz, ny, nx, channels])
 */
export function cropBack<A extends Float32Array | Uint8Array>(
  padded: A,
  paddedSize: Triple,
  offset: Triple,
  size: Triple,
  channels = 1
): A {
  const [nx, ny, nz] = size
  const row = nx * channels
  const out = padded.slice(0, row * ny * nz) as A
  for (let k = 0; k < nz; k++) {
    for (let j = 0; j < ny; j++) {
      const voxel = offset[0] + paddedSize[0] * (j + offset[1] + paddedSize[1] * (k + offset[2]))
      out.set(padded.subarray(voxel * channels, voxel * channels + row), row * (j + ny * k))
    }
  }
  return out
}
