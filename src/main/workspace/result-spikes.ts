import type { ImageBox, SpikeInfo } from '../../shared/api/spikes'
import { HippospikeError } from '../../shared/errors'
import type { Side } from '../../shared/labels'
import type { Triple } from '../../shared/geometry'
import { timeToStable } from '../../core/spikes'
import { eachRow, uncrop } from '../../core/volume/crop'
import { voxelCount } from '../../core/volume/geometry'
import type { SpikeViews } from './spike-store-views'

/** The part of the image that masks are wanted on: all of it, or what the network looked at, outside of which they are empty. */
export type MaskPart = 'image' | 'box'

/** What is shown of the spikes of a result: of a crop those of one inference, of a head of one a side. */
export class ResultSpikes {
  /** @param views at least one; of several, each has its side */
  constructor(private readonly views: readonly SpikeViews[]) {}

  /**
   * The spikes of one hippocampus.
   *
   * @param side null where there is but one
   * @throws HippospikeError (usage) for a side that there is not, or where it takes one to tell
   */
  of(side: Side | null): SpikeViews {
    const [only, ...more] = this.views
    if (side === null) {
      if (more.length === 0) return only!
      throw new HippospikeError(
        'usage',
        'this result has two hippocampi: say which by side=left or side=right'
      )
    }
    const found = this.views.find((one) => one.side === side)
    if (found) return found
    const why =
      only!.side === null
        ? 'this result is that of a crop around one hippocampus: leave side out'
        : `this result has no ${side} hippocampus, only the ${only!.side} one`
    throw new HippospikeError('usage', why)
  }

  /** @param side null for the first there is */
  info(side: Side | null): SpikeInfo {
    const one = side === null ? this.views[0]! : this.of(side)
    const boxes = this.views.map((each) => ({ side: each.side, ...each.box }))
    return { ...one.info(), side: one.side, boxes, extent: this.extent }
  }

  /** Timesteps of the inference that had the most. */
  get timesteps(): number {
    return Math.max(...this.views.map((one) => one.timesteps))
  }

  /**
   * The label map after a timestep, both hippocampi of a head together, as the result's mask numbers them. One that took fewer
   * timesteps stays as it was in the end.
   *
   * @param t from 1
   */
  async mask(t: number, part: MaskPart): Promise<Uint8Array> {
    this.checkTimestep(t)
    return this.compose(part, async (one) => (await one.labels())[Math.min(t, one.timesteps) - 1]!)
  }

  /** The last timestep at which each voxel changed its label. */
  async stable(part: MaskPart): Promise<Uint8Array> {
    return this.compose(part, async (one) => timeToStable(await one.labels()))
  }

  /** The smallest box of the image that holds what the network looked at. */
  private get extent(): ImageBox {
    const boxes = this.views.map(({ box }) => box)
    const across = (pick: (...values: number[]) => number, end: 'start' | 'end'): Triple =>
      [0, 1, 2].map((axis) => pick(...boxes.map((box) => box[end][axis]!))) as Triple
    return { start: across(Math.min, 'start'), end: across(Math.max, 'end') }
  }

  /** Puts together what each view has on its own box; where boxes meet, the last that is not 0 holds, as in the result's mask. */
  private async compose(
    part: MaskPart,
    valuesOf: (one: SpikeViews) => Promise<Uint8Array>
  ): Promise<Uint8Array> {
    const { extent } = this
    const size = extent.end.map((end, axis) => end - extent.start[axis]!) as Triple
    const out = new Uint8Array(voxelCount(size))
    for (const one of this.views) {
      const values = await valuesOf(one)
      const within = (place: Triple): Triple =>
        place.map((n, axis) => n - extent.start[axis]!) as Triple
      const box = { start: within(one.box.start), end: within(one.box.end) }
      eachRow(size, box, 1, (whole, own, length) => {
        for (let n = 0; n < length; n++) {
          if (values[own + n] !== 0) out[whole + n] = values[own + n]!
        }
      })
    }
    return part === 'box' ? out : uncrop(out, extent, this.views[0]!.imageSize)
  }

  private checkTimestep(t: number): void {
    if (t >= 1 && t <= this.timesteps) return
    throw new HippospikeError(
      'usage',
      `timestep ${t} was not run; there are 1 to ${this.timesteps} in this segmentation`
    )
  }
}
