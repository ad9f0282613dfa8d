import type { Geometry, Triple } from '../../shared/geometry'
import { indexToPhysical } from './geometry'
import type { Volume } from './volume'

/** How stored axes become the canonical ones, which point to the right, the front and the top of the head (RAS). */
export interface AxisOrder {
  /** `axes[c]` is the stored axis that runs along canonical axis c. */
  axes: Triple
  /** Whether that stored axis points against canonical axis c. */
  flipped: [boolean, boolean, boolean]
}

const PERMUTATIONS: readonly Triple[] = [
  [0, 1, 2],
  [0, 2, 1],
  [1, 0, 2],
  [1, 2, 0],
  [2, 0, 1],
  [2, 1, 0]
]

/** Sign that turns an LPS coordinate into an RAS one. */
const RAS_SIGN: Readonly<Triple> = [-1, -1, 1]
const TOWARDS = ['R', 'A', 'S']
const AWAY = ['L', 'P', 'I']

/**
 * The assignment of stored axes to R, A and S with the smallest rotation: the permutation with the largest sum of
 * |cosines|. Of equal ones the first wins, so that the stored order is kept where it can be.
 *
 * @param direction row-major, LPS, axes in columns
 */
export function nearestAxisOrder(direction: readonly number[]): AxisOrder {
  const cosine = (canonical: number, stored: number): number =>
    RAS_SIGN[canonical]! * direction[3 * canonical + stored]!
  const score = (axes: Triple): number =>
    axes.reduce((sum, stored, canonical) => sum + Math.abs(cosine(canonical, stored)), 0)
  let axes = PERMUTATIONS[0]!
  for (const candidate of PERMUTATIONS) {
    if (score(candidate) > score(axes) + 1e-9) axes = candidate
  }
  return {
    axes: [...axes],
    flipped: axes.map((stored, canonical) => cosine(canonical, stored) < 0) as AxisOrder['flipped']
  }
}

/** Where the stored axes point, first to last, as nibabel's `aff2axcodes` says it: 'RAS', 'LIA', 'LPS' … */
export function axisCodes(direction: readonly number[]): string {
  const { axes, flipped } = nearestAxisOrder(direction)
  const codes = ['', '', '']
  axes.forEach((stored, canonical) => {
    codes[stored] = (flipped[canonical] ? AWAY : TOWARDS)[canonical]!
  })
  return codes.join('')
}

/** Angle in degrees between the image's axes and the canonical axes nearest to them. */
export function obliquity(direction: readonly number[]): number {
  const { axes, flipped } = nearestAxisOrder(direction)
  const trace = axes.reduce((sum, stored, canonical) => {
    const sign = RAS_SIGN[canonical]! * (flipped[canonical] ? -1 : 1)
    return sum + sign * direction[3 * canonical + stored]!
  }, 0)
  return (Math.acos(Math.min(1, Math.max(-1, (trace - 1) / 2))) * 180) / Math.PI
}

/** The geometry after the axes are put in canonical order: the same voxels in the same places. */
export function reorderGeometry(geometry: Geometry, order: AxisOrder): Geometry {
  const corner: Triple = [0, 0, 0]
  order.axes.forEach((stored, canonical) => {
    if (order.flipped[canonical]) corner[stored] = geometry.size[stored]! - 1
  })
  const direction = Array.from({ length: 9 }, (_, n) => {
    const canonical = n % 3
    const sign = order.flipped[canonical] ? -1 : 1
    return sign * geometry.direction[n - canonical + order.axes[canonical]!]! + 0
  })
  return {
    size: order.axes.map((stored) => geometry.size[stored]!) as Triple,
    spacing: order.axes.map((stored) => geometry.spacing[stored]!) as Triple,
    origin: indexToPhysical(geometry, corner),
    direction
  }
}

/** Puts the axes in canonical order by permuting and flipping: every voxel keeps its value and its place. */
export function reorder<A extends Float32Array | Uint8Array>(
  volume: Volume<A>,
  order: AxisOrder
): Volume<A> {
  const voxels = volume.voxels.slice() as A
  walk(volume.geometry.size, order, 1, (stored, canonical) => {
    voxels[canonical] = volume.voxels[stored]!
  })
  return { geometry: reorderGeometry(volume.geometry, order), voxels }
}

/**
 * Undoes {@link reorder} on values of a canonical grid.
 *
 * @param storedSize size of the grid before reordering
 * @param channels values per voxel, stored innermost
 */
export function restoreOrder<A extends Float32Array | Uint8Array>(
  values: A,
  storedSize: Readonly<Triple>,
  order: AxisOrder,
  channels = 1
): A {
  const out = values.slice() as A
  walk(storedSize, order, channels, (stored, canonical) => {
    for (let c = 0; c < channels; c++) out[stored + c] = values[canonical + c]!
  })
  return out
}

/** Visits the offset of every voxel in stored and in canonical order. */
function walk(
  size: Readonly<Triple>,
  { axes, flipped }: AxisOrder,
  channels: number,
  visit: (stored: number, canonical: number) => void
): void {
  const step: Triple = [0, 0, 0]
  let start = 0
  let stride = channels
  axes.forEach((stored, canonical) => {
    const n = size[stored]!
    step[stored] = flipped[canonical] ? -stride : stride
    if (flipped[canonical]) start += stride * (n - 1)
    stride *= n
  })
  let stored = 0
  for (let k = 0; k < size[2]; k++) {
    for (let j = 0; j < size[1]; j++) {
      let canonical = start + j * step[1] + k * step[2]
      for (let i = 0; i < size[0]; i++) {
        visit(stored, canonical)
        stored += channels
        canonical += step[0]
      }
    }
  }
}
