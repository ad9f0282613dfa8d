import type { Geometry, Triple } from '../../shared/geometry'
import { isHeadMask, SIDE_OFFSET, SIDES, type Side } from '../../shared/labels'
import type { MaskSide } from '../../shared/training-set'
import { indexToPhysical, voxelVolume } from '../volume/geometry'
import type { Extent } from '../head/extent'
import type { Volume } from '../volume/volume'

/** A hippocampus of a mask, and the voxels that it reaches. */
export interface FoundSide extends MaskSide {
  extent: Extent
}

/** Voxels of one label: how many, where they lie in sum, and their bounds. */
interface Tally {
  count: number
  sum: Triple
  low: Triple
  high: Triple
}

/**
 * The hippocampi that a mask shows: at most one in a crop, whose side is not known, and one a side in a head. A side that has one label of the two
 * alone knows only the whole.
 *
 * @param mask labels as the workspace has them: 1 and 2, in a head 1 to 4; others are not looked at
 */
export function maskSides(mask: Volume<Uint8Array>): FoundSide[] {
  const tallies = tally(mask)
  const wanted: readonly (Side | null)[] = isHeadMask(mask.geometry, mask.voxels) ? SIDES : [null]
  return wanted.flatMap((side) => {
    const offset = side === null ? 0 : SIDE_OFFSET[side]
    const parts = [tallies[1 + offset]!, tallies[2 + offset]!] as const
    const found = describe(side, parts, mask.geometry)
    return found === null ? [] : [found]
  })
}

function describe(
  side: Side | null,
  [anterior, posterior]: readonly [Tally, Tally],
  geometry: Geometry
): FoundSide | null {
  const whole = joined(anterior, posterior)
  const centre = middle(whole, geometry)
  if (centre === null) return null
  const single = voxelVolume(geometry)
  return {
    side,
    mask: anterior.count > 0 && posterior.count > 0 ? 'parts' : 'whole',
    centre,
    anterior: middle(anterior, geometry),
    posterior: middle(posterior, geometry),
    spanMm: Math.max(
      ...geometry.spacing.map((step, axis) => (whole.high[axis]! - whole.low[axis]! + 1) * step)
    ),
    volumesMm3: {
      anterior: anterior.count * single,
      posterior: posterior.count * single,
      whole: whole.count * single
    },
    extent: { low: whole.low, high: whole.high }
  }
}

function middle({ count, sum }: Tally, geometry: Geometry): Triple | null {
  if (count === 0) return null
  return indexToPhysical(geometry, sum.map((value) => value / count) as Triple)
}

function joined(a: Tally, b: Tally): Tally {
  const each = (of: (axis: number) => number): Triple => [of(0), of(1), of(2)]
  return {
    count: a.count + b.count,
    sum: each((axis) => a.sum[axis]! + b.sum[axis]!),
    low: each((axis) => Math.min(a.low[axis]!, b.low[axis]!)),
    high: each((axis) => Math.max(a.high[axis]!, b.high[axis]!))
  }
}

/** Of each label from 0 to 255, in one pass; that of 0 stays empty. */
function tally({ geometry, voxels }: Volume<Uint8Array>): Tally[] {
  const tallies = Array.from({ length: 256 }, (): Tally => ({
    count: 0,
    sum: [0, 0, 0],
    low: [Infinity, Infinity, Infinity],
    high: [-1, -1, -1]
  }))
  const [nx, ny, nz] = geometry.size
  let n = 0
  for (let k = 0; k < nz; k++) {
    for (let j = 0; j < ny; j++) {
      for (let i = 0; i < nx; i++, n++) {
        const label = voxels[n]!
        if (label === 0) continue
        const own = tallies[label]!
        const at = [i, j, k]
        own.count++
        for (let axis = 0; axis < 3; axis++) {
          own.sum[axis]! += at[axis]!
          own.low[axis] = Math.min(own.low[axis]!, at[axis]!)
          own.high[axis] = Math.max(own.high[axis]!, at[axis]!)
        }
      }
    }
  }
  return tallies
}
