import type { Triple } from '../../shared/geometry'
import { composeAffines, geometryAffine, invertAffine, transformPoint } from '../volume/affine'
import type { Affine } from '../volume/geometry'
import { boxSums } from '../volume/box-sums'
import { sampleLinear } from '../volume/interpolate'
import type { Volume } from '../volume/volume'

export interface FitQuality {
  /** Correlation of the inner brain's detail in the template with what lies there in the scan, −1 to 1. */
  correlation: number
  /** Share of the template's brain that lies within the scan, 0 to 1. */
  coverage: number
}

/**
 * Voxels around a voxel that its mean is taken over, on every side: detail is what differs from it. Voxels nearer than that to the edge of the
 * brain do not count: the outline of a brain is that of many a thing.
 */
const MEAN_RADIUS = 4

/**
 * How well a transform brings a scan and the template together: Pearson's correlation of what is brighter or darker than its surroundings,
 * deep enough within the brain that its outline plays no part. Unlike mutual information, which finds the transform, it does not take an image
 * of another contrast (T2, CT) or a phantom for a T1, and being local it bears an uneven coil.
 *
 * @param template about 4 mm; 0 outside the brain
 * @param transform template to scan, LPS millimetres
 */
export function fitQuality(template: Volume, scan: Volume, transform: Affine): FitQuality {
  const toScan = composeAffines(transform, geometryAffine(template.geometry))
  const map = composeAffines(invertAffine(geometryAffine(scan.geometry)), toScan)
  const { size } = template.geometry
  const values = sampleLinear(scan.voxels, scan.geometry.size, 1, size, map)
  const brain = Uint8Array.from(template.voxels, (value) => (value > 0 ? 1 : 0))
  const seen = brain.map((inside, n) => (inside && isInside(map, n, size, scan) ? 1 : 0))
  const whole = brain.reduce((sum, value) => sum + value, 0)
  const covered = seen.reduce((sum, value) => sum + value, 0)
  return {
    correlation: correlationWithin(
      inner(brain, size).map((value, n) => value & seen[n]!),
      detail(template.voxels, seen, size),
      detail(values, seen, size)
    ),
    coverage: whole === 0 ? 0 : covered / whole
  }
}

function isInside(map: Affine, n: number, size: Readonly<Triple>, { geometry }: Volume): boolean {
  const index: Triple = [
    n % size[0],
    Math.floor(n / size[0]) % size[1],
    Math.floor(n / (size[0] * size[1]))
  ]
  const place = transformPoint(map, index)
  return place.every((value, axis) => value >= -0.5 && value <= geometry.size[axis]! - 0.5)
}

/** The voxels whose surroundings lie wholly in the brain. */
function inner(brain: Uint8Array, size: Readonly<Triple>): Uint8Array {
  const share = boxSums(Float32Array.from(brain), size, MEAN_RADIUS)
  const all = (2 * MEAN_RADIUS + 1) ** 3
  return brain.map((_, n) => (share[n]! > all - 0.5 ? 1 : 0))
}

/** Each value less the mean of the values around it, of those within the mask. */
function detail(values: Float32Array, mask: Uint8Array, size: Readonly<Triple>): Float32Array {
  const sums = boxSums(
    values.map((value, n) => (mask[n] ? value : 0)),
    size,
    MEAN_RADIUS
  )
  const counts = boxSums(Float32Array.from(mask), size, MEAN_RADIUS)
  return values.map((value, n) => (mask[n] ? value - sums[n]! / counts[n]! : 0))
}

function correlationWithin(mask: Uint8Array, a: Float32Array, b: Float32Array): number {
  let [count, sa, sb, saa, sbb, sab] = [0, 0, 0, 0, 0, 0]
  for (let n = 0; n < mask.length; n++) {
    if (mask[n] === 0) continue
    const [x, y] = [a[n]!, b[n]!]
    count++
    sa += x
    sb += y
    saa += x * x
    sbb += y * y
    sab += x * y
  }
  const deviation = Math.sqrt((count * saa - sa * sa) * (count * sbb - sb * sb))
  return deviation > 0 ? (count * sab - sa * sb) / deviation : 0
}
