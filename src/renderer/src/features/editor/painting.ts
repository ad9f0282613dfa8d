import type { Ref } from 'vue'
import { offsetOf, voxelAt } from '../../volume/grid'
import type { Gesture, IntensityWindow, Viewer } from '../viewer'
import type { History } from './history'
import { fill } from './operations'
import { Stroke } from './stroke'

/** What painting needs of the editor; S is a session of it. */
export interface PaintingHost<S extends { readonly history: History }> {
  readonly viewer: Viewer
  readonly label: Ref<number>
  /** Intensities that the threshold brush paints. */
  readonly range: IntensityWindow
  readonly notice: Ref<string | null>
  /** Session of the mask on the screen; null, with a notice, where it cannot be edited now. */
  begin: () => S | null
  /** The one that is open. */
  session: () => S | null
  /** Is told of voxels that changed. */
  edited: (session: S, offsets: Uint32Array) => void
}

/** Brush, eraser, threshold brush and fill: what the pointer does in a pane becomes steps of the history. */
export interface Painting {
  onGesture: (gesture: Gesture) => void
  /** Whether a stroke is being drawn. */
  readonly busy: boolean
  /** Ends the stroke that is being drawn, if there is one. */
  finish: (cancelled: boolean) => void
}

export function createPainting<S extends { readonly history: History }>({
  viewer,
  label,
  range,
  notice,
  begin,
  session,
  edited
}: PaintingHost<S>): Painting {
  let drawn: { stroke: Stroke; name: string } | null = null

  function start(gesture: Gesture): void {
    const image = viewer.image.value
    const now = begin()
    if (image === null || now === null) return
    const normalAxis = viewer.brush.ball ? null : gesture.normalAxis
    if (gesture.tool === 'fill') {
      fillAt(now, gesture, normalAxis)
      return
    }
    const erases = (gesture.tool === 'eraser') !== gesture.inverted
    const { low, high } = range
    const inRange = (offset: number): boolean => {
      const value = image.voxels[offset]!
      return value >= low && value <= high
    }
    const stroke = new Stroke(image.geometry, now.history.mask, {
      brush: { radiusMm: viewer.brush.radiusMm, normalAxis },
      label: erases ? 0 : label.value,
      accepts: gesture.tool === 'threshold' ? inRange : () => true
    })
    drawn = {
      stroke,
      name: erases ? 'Erase' : gesture.tool === 'threshold' ? 'Threshold paint' : 'Paint'
    }
    paint(gesture)
  }

  function paint(gesture: Gesture): void {
    const box = drawn?.stroke.paintTo(gesture.index) ?? null
    if (box !== null) viewer.maskChanged(box, gesture.plane)
  }

  function finish(cancelled: boolean): void {
    const finished = drawn
    drawn = null
    const now = session()
    if (finished === null || now === null) return
    const { stroke, name } = finished
    if (cancelled) {
      const box = stroke.cancel()
      if (box !== null) viewer.maskChanged(box)
      return
    }
    const { offsets, before } = stroke.finish()
    if (now.history.record(name, offsets, before)) edited(now, offsets)
  }

  function fillAt(now: S, gesture: Gesture, normalAxis: number | null): void {
    const size = viewer.image.value!.geometry.size
    const voxel = voxelAt(size, gesture.index)
    if (voxel === null) return
    const wanted = gesture.inverted ? 0 : label.value
    const outcome = fill(size, now.history.mask, offsetOf(size, voxel), wanted, normalAxis)
    if (outcome.problem !== undefined) notice.value = outcome.problem
    else if (now.history.apply('Fill', outcome.edit)) edited(now, outcome.edit.offsets)
  }

  return {
    onGesture(gesture) {
      if (gesture.phase === 'start') start(gesture)
      else if (drawn === null) return
      else if (gesture.phase === 'move') paint(gesture)
      else finish(gesture.phase === 'cancel')
    },
    get busy() {
      return drawn !== null
    },
    finish
  }
}
