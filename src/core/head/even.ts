import type { Triple } from '../../shared/geometry'
import { percentileOfSorted } from '../metrics/statistics'
import { boxSums } from '../volume/box-sums'
import type { Volume } from '../volume/volume'

/** What of a head is looked at from its top on, mm: all of the brain however it is turned, without neck and shoulders. */
const HEIGHT = 190
/** Half the edge, mm, of the cubes that brightness is evened over: wider than a lobe, so that the tissues keep their contrast. */
const REACH = 28
/** Brightest value of an evened image, of a local mean of 1. */
const MOST = 2.5
/** Values below this share of the bright ones are as dark as can be. */
const FLOOR = 0.02
const BINS = 64

/**
 * A head as bright everywhere, on black: what is brighter than air, from the top of the head down to its base, divided by the local mean. A registration finds
 * its way in it where an uneven coil or a neck leads it astray.
 *
 * @param scan of about 4 mm, its last axis to the top of the head
 */
export function evened({ geometry, voxels }: Volume): Volume {
  const { size, spacing } = geometry
  const head = withoutNeck(brighterThanAir(voxels), size, HEIGHT / spacing[2])
  const radius = Math.max(1, Math.round(REACH / Math.min(...spacing)))
  const smooth = (values: Float32Array): Float32Array =>
    boxSums(boxSums(values, size, radius), size, radius)
  const sums = smooth(voxels.map((value, n) => head[n]! * value))
  const counts = smooth(head)
  return {
    geometry,
    voxels: voxels.map((value, n) => {
      return head[n] && sums[n]! > 0 ? Math.min(MOST, (value * counts[n]!) / sums[n]!) : 0
    })
  }
}

/**
 * 1 where a voxel is brighter than air, by the threshold that separates two kinds of logarithms best (Otsu 1979, IEEE Trans. Syst. Man Cybern. 9:62): the logarithm, since
 * an uneven coil makes tissue differ by factors.
 */
function brighterThanAir(voxels: Float32Array): Float32Array {
  const sorted = voxels.slice().sort()
  const floor = FLOOR * percentileOfSorted(sorted, 99)
  if (!(floor > 0)) return new Float32Array(voxels.length)
  const logs = voxels.map((value) => Math.log(1 + Math.max(0, value) / floor))
  const width = Math.log(1 + Math.max(0, sorted.at(-1)!) / floor) / BINS
  const counts = new Float64Array(BINS)
  for (const value of logs) counts[binOf(value, width)]! += 1
  const threshold = otsu(counts)
  return logs.map((value) => (binOf(value, width) > threshold ? 1 : 0))
}

function binOf(value: number, width: number): number {
  return Math.min(BINS - 1, Math.floor(value / width))
}

/** The last bin of the lower of two kinds: where the variance between them is largest. */
function otsu(counts: Float64Array): number {
  const total = counts.reduce((sum, count) => sum + count, 0)
  const moment = counts.reduce((sum, count, bin) => sum + count * bin, 0)
  let [below, belowMoment, best, found] = [0, 0, 0, 0]
  counts.forEach((count, bin) => {
    below += count
    belowMoment += count * bin
    const above = total - below
    if (below === 0 || above === 0) return
    const apart = belowMoment / below - (moment - belowMoment) / above
    const between = below * above * apart ** 2
    if (between > best) [best, found] = [between, bin]
  })
  return found
}

/** A mask without what lies farther below its top than so many layers. Layers with hardly anything in them, of noise say, are above the top. */
function withoutNeck(mask: Float32Array, size: Readonly<Triple>, layers: number): Float32Array {
  const area = size[0] * size[1]
  const filled = Array.from({ length: size[2] }, (_, k) =>
    mask.subarray(k * area, (k + 1) * area).reduce((sum, value) => sum + value, 0)
  )
  const most = Math.max(...filled)
  const top = filled.findLastIndex((count) => count > 0.1 * most)
  return mask.map((value, n) => (Math.floor(n / area) > top - layers ? value : 0))
}
