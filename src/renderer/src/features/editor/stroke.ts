import type { Geometry, Triple } from '../../../../shared/geometry'
import type { VoxelBox } from '../viewer'
import { boxOf, stamp, strokeCentres, type Brush } from './operations'

export interface StrokeOptions {
  readonly brush: Brush
  /** What is painted; 0 erases. */
  readonly label: number
  /** Whether the voxel at a place may be painted. */
  readonly accepts: (offset: number) => boolean
}

/** One stroke, from the press of the button to its release. It edits the mask in place and remembers what was there. */
export class Stroke {
  private readonly before = new Map<number, number>()
  private last: Triple | null = null

  constructor(
    private readonly geometry: Geometry,
    private readonly mask: Uint8Array,
    private readonly options: StrokeOptions
  ) {}

  /** Paints on to a point, a continuous voxel index; gives the part of the mask that changed, or null. */
  paintTo(point: Readonly<Triple>): VoxelBox | null {
    const { size, spacing } = this.geometry
    const { brush, label, accepts } = this.options
    const centres =
      this.last === null ? [point] : strokeCentres(spacing, this.last, point, brush.radiusMm)
    this.last = [...point] as Triple
    const changed: number[] = []
    for (const centre of centres) {
      stamp(size, spacing, centre, brush, (offset) => {
        const old = this.mask[offset]!
        if (old === label || !accepts(offset)) return
        if (!this.before.has(offset)) this.before.set(offset, old)
        this.mask[offset] = label
        changed.push(offset)
      })
    }
    return boxOf(size, Uint32Array.from(changed))
  }

  /** The places it changed and what was there. */
  finish(): { offsets: Uint32Array; before: Uint8Array } {
    return {
      offsets: Uint32Array.from(this.before.keys()),
      before: Uint8Array.from(this.before.values())
    }
  }

  /** Takes everything back; gives the part that changed, or null. */
  cancel(): VoxelBox | null {
    for (const [offset, old] of this.before) this.mask[offset] = old
    return boxOf(this.geometry.size, Uint32Array.from(this.before.keys()))
  }
}
