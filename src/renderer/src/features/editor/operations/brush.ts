import type { Triple } from '../../../../../shared/geometry'

export interface Brush {
  readonly radiusMm: number
  /** Stored axis across the slice that a disc lies in; null for a ball. */
  readonly normalAxis: number | null
}

/**
 * Calls back with the place of every voxel whose centre is under the brush, and of the voxel that its centre is in.
 *
 * @param spacing millimetres
 * @param centre continuous voxel index
 */
export function stamp(
  size: Readonly<Triple>,
  spacing: Readonly<Triple>,
  centre: Readonly<Triple>,
  brush: Brush,
  visit: (offset: number) => void
): void {
  const { radiusMm, normalAxis } = brush
  const from: Triple = [0, 0, 0]
  const to: Triple = [0, 0, 0]
  const nearest = centre.map(Math.round) as Triple
  for (let axis = 0; axis < 3; axis++) {
    const reach = axis === normalAxis ? 0 : radiusMm / spacing[axis]!
    const middle = axis === normalAxis ? nearest[axis]! : centre[axis]!
    // The voxel under the pointer is always painted, however small the brush.
    from[axis] = Math.max(0, Math.min(nearest[axis]!, Math.ceil(middle - reach)))
    to[axis] = Math.min(size[axis]! - 1, Math.max(nearest[axis]!, Math.floor(middle + reach)))
  }
  const limit = radiusMm * radiusMm
  for (let k = from[2]; k <= to[2]; k++) {
    for (let j = from[1]; j <= to[1]; j++) {
      for (let i = from[0]; i <= to[0]; i++) {
        const x = normalAxis === 0 ? 0 : (i - centre[0]) * spacing[0]
        const y = normalAxis === 1 ? 0 : (j - centre[1]) * spacing[1]
        const z = normalAxis === 2 ? 0 : (k - centre[2]) * spacing[2]
        const isCentre = i === nearest[0] && j === nearest[1] && k === nearest[2]
        if (isCentre || x * x + y * y + z * z <= limit) visit(i + size[0] * (j + size[1] * k))
      }
    }
  }
}

/**
 * Centres of stamps between two points of a stroke, without the first, so close that no gap shows.
 *
 * @param from continuous voxel index
 */
export function strokeCentres(
  spacing: Readonly<Triple>,
  from: Readonly<Triple>,
  to: Readonly<Triple>,
  radiusMm: number
): Triple[] {
  const length = Math.hypot(...from.map((value, axis) => (to[axis]! - value) * spacing[axis]!))
  const step = Math.max(Math.min(...spacing) / 2, radiusMm / 3)
  const count = Math.max(1, Math.ceil(length / step))
  return Array.from({ length: count }, (_, n) => {
    const along = (n + 1) / count
    return from.map((value, axis) => value + along * (to[axis]! - value)) as Triple
  })
}
