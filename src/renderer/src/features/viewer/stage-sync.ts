import { onScopeDispose, shallowRef, watch, type ShallowRef } from 'vue'
import type { HeadBox } from '../../../../shared/head'
import { SIDE_OFFSET, SIDES } from '../../../../shared/labels'
import type { ImageStage } from '../../cornerstone'
import { WorkCancelled } from '../../volume/background'
import { indexToMm } from '../../volume/grid'
import { boxCorners, boxLines } from '../../volume/head-box'
import { addScaled, scaled, subtract } from '../../volume/vector'
import type { LabelSurfaces } from '../../volume/label-surfaces'
import { createSurfaceMaker } from '../../volume/surface-maker'
import { differenceStyle, heatStyle, maskStyle, rgbOf, scalarStyle } from './colours'
import { differenceOf } from './difference'
import type { Viewer } from './store'
import type { OpenImage } from './types'

/** What is told in the same turn must reach the stage in the order in which it was told. */
const AT_ONCE = { immediate: true, flush: 'sync' } as const

/** Milliseconds after the last edit at which the surface is made again. */
const SURFACE_DELAY = 250

/**
 * Keeps the stage as the store says. Every watcher says one thing of the store; the stage does them in the order in which
 * they come.
 *
 * @param report is told what could not be drawn; null once another image is to be
 */
export function syncStage(
  viewer: Viewer,
  stage: ImageStage,
  report: (problem: string | null) => void
): { drawn: ShallowRef<boolean> } {
  const drawn = shallowRef(false)
  const shown = (done: Promise<void>): void => {
    done.catch((error: unknown) => {
      report(error instanceof Error ? error.message : String(error))
    })
  }

  watch(
    viewer.image,
    (image) => {
      drawn.value = false
      report(null)
      const showing = stage.setImage(image).then(() => {
        drawn.value = image !== null
      })
      shown(showing)
      if (image === null) return
      const centre = image.geometry.size.map((n) => (n - 1) / 2) as [number, number, number]
      const extent = image.geometry.size.map((n, axis) => n * image.geometry.spacing[axis]!)
      stage.surfaces.frame(indexToMm(image.geometry, centre), Math.hypot(...extent) / 2)
      stage.surfaces.resetGaze()
    },
    AT_ONCE
  )
  watch(viewer.window, ({ low, high }) => stage.setWindow(low, high), {
    immediate: true,
    deep: true
  })
  watch(viewer.interpolate, (on) => stage.setInterpolation(on), { immediate: true })

  syncLayers(viewer, stage, shown)
  syncSurfaces(viewer, stage, report)
  syncBoxes(viewer, stage, drawn)
  return { drawn }
}

function syncLayers(viewer: Viewer, stage: ImageStage, shown: (done: Promise<void>) => void): void {
  const geometry = () => viewer.image.value?.geometry

  const style = () => maskStyle({ ...viewer.overlay, outline: viewer.outlined.value })
  const setMask = (): void => {
    const grid = geometry()
    const labels = viewer.mask.value
    const layer =
      grid === undefined || labels === null
        ? null
        : { geometry: grid, values: labels, style: style() }
    shown(stage.setLayer('mask', layer))
  }
  const stop = viewer.onMaskChange((box, plane) => {
    const labels = viewer.mask.value
    if (box === null || labels === null) setMask()
    else stage.updateLayer('mask', labels, box.min, box.max, plane)
  })
  onScopeDispose(stop)
  setMask()
  watch(
    [viewer.overlay, viewer.outlined],
    () => {
      shown(stage.setLayerStyle('mask', style()))
    },
    { deep: true }
  )

  watch(
    viewer.difference,
    (difference) => {
      const layer =
        difference === null
          ? null
          : {
              geometry: difference.geometry,
              values: differenceOf(difference.a, difference.b),
              style: differenceStyle()
            }
      shown(stage.setLayer('difference', layer))
    },
    AT_ONCE
  )
  watch(
    viewer.scalarOverlay,
    (overlay) => {
      const grid = overlay?.geometry ?? geometry()
      const layer =
        overlay === null || grid === undefined
          ? null
          : { geometry: grid, values: overlay.values, style: scalarStyle(overlay) }
      shown(stage.setLayer('scalar', layer))
    },
    AT_ONCE
  )
  watch(
    viewer.heat,
    (heat) => {
      for (const sign of ['positive', 'negative'] as const) {
        const values = heat?.[sign] ?? null
        const layer =
          heat === null || values === null
            ? null
            : { geometry: heat.geometry, values, style: heatStyle(sign, heat) }
        shown(stage.setLayer(sign, layer))
      }
    },
    AT_ONCE
  )
}

/** The boxes of a head beside its surfaces. */
function syncBoxes(viewer: Viewer, stage: ImageStage, drawn: ShallowRef<boolean>): void {
  watch(
    // With the image before, all that was shown with it goes.
    [drawn, viewer.boxes, viewer.boxesVisible, () => ({ ...viewer.overlay.colours })],
    () => {
      for (const side of SIDES) {
        const box = viewer.boxes.value.find((one) => one.side === side)
        const colour = viewer.overlay.colours[SIDE_OFFSET[side] + 1]
        if (!drawn.value || !viewer.boxesVisible.value || box === undefined) {
          stage.surfaces.removeWire(side)
        } else stage.surfaces.showWire(side, boxLines(box.grid), rgbOf(colour ?? '#ffffff'))
      }
    },
    { immediate: true }
  )
  watch(
    // Not while one is moved.
    () => showsBoxes(viewer) && viewer.boxes.value.map(({ side }) => side).join(),
    (shown) => {
      if (shown !== false) frameBoxes(viewer.boxes.value, stage)
    }
  )
}

function showsBoxes({ boxes, boxesVisible }: Viewer): boolean {
  return boxesVisible.value && boxes.value.length > 0
}

/** Looks at all of the boxes; masks are smaller. */
function frameBoxes(boxes: readonly HeadBox[], stage: ImageStage): void {
  const corners = boxes.flatMap(({ grid }) => boxCorners(grid))
  if (corners.length === 0) return
  const sum = corners.reduce((total, corner) => addScaled(total, corner, 1))
  const centre = scaled(sum, 1 / corners.length)
  const radius = Math.max(...corners.map((corner) => Math.hypot(...subtract(corner, centre))))
  stage.surfaces.frame(centre, radius)
}

/** One surface a label, made again a moment after the last edit, in the background. */
function syncSurfaces(viewer: Viewer, stage: ImageStage, report: (problem: string) => void): void {
  const maker = createSurfaceMaker()
  let timer: ReturnType<typeof setTimeout> | undefined
  let framedFor: OpenImage | null = null
  let box: LabelSurfaces['box'] = null

  const show = ({ surfaces }: Pick<LabelSurfaces, 'surfaces'>): void => {
    for (const name of stage.surfaces.names()) {
      if (!surfaces.some(({ label }) => String(label) === name)) stage.surfaces.remove(name)
    }
    for (const { label, surface } of surfaces) {
      const colour = viewer.overlay.colours[label]
      if (colour !== undefined) stage.surfaces.show(String(label), surface, rgbOf(colour))
    }
  }
  const make = async (): Promise<void> => {
    const open = viewer.image.value
    const mask = viewer.mask.value
    maker.cancel()
    if (open === null || mask === null || !viewer.surfaceVisible.value) {
      if (mask === null) box = null
      show({ surfaces: [] })
      return
    }
    const wanted = Object.keys(viewer.overlay.colours).map(Number)
    const shown = wanted.filter((label) => !viewer.overlay.hiddenLabels.includes(label))
    // The mask goes on being edited; the copy is the worker's.
    const labels = mask.slice()
    const made = await maker.run({ geometry: open.geometry, labels, wanted, shown }, [
      labels.buffer
    ])
    if (open !== viewer.image.value) return
    box = made.box
    show(made)
    if (framedFor === open || made.surfaces.length === 0) return
    framedFor = open
    if (showsBoxes(viewer)) frameBoxes(viewer.boxes.value, stage)
    else frameSurfaces(open, box, stage)
  }
  const later = (): void => {
    clearTimeout(timer)
    timer = setTimeout(() => {
      make().catch((error: unknown) => {
        if (!(error instanceof WorkCancelled)) {
          report(
            `the surface cannot be made: ${error instanceof Error ? error.message : String(error)}`
          )
        }
      })
    }, SURFACE_DELAY)
  }
  const stop = viewer.onMaskChange(later)
  watch(
    [
      viewer.surfaceVisible,
      () => [...viewer.overlay.hiddenLabels],
      () => ({ ...viewer.overlay.colours })
    ],
    later
  )
  watch(viewer.image, () => {
    maker.cancel()
    box = null
  })
  watch(viewer.resets, () => {
    if (viewer.image.value !== null) frameSurfaces(viewer.image.value, box, stage)
    stage.surfaces.resetGaze()
  })
  later()
  onScopeDispose(() => {
    stop()
    clearTimeout(timer)
    maker.destroy()
  })
}

/** Looks at the mask where there is one, else at the whole image. */
function frameSurfaces(
  { geometry }: OpenImage,
  box: LabelSurfaces['box'],
  stage: ImageStage
): void {
  const min = box?.min ?? [0, 0, 0]
  const max = box?.max ?? geometry.size.map((n) => n - 1)
  const centre = min.map((n, axis) => (n + max[axis]!) / 2) as [number, number, number]
  const extent = min.map((n, axis) => (max[axis]! - n + 1) * geometry.spacing[axis]!)
  stage.surfaces.frame(indexToMm(geometry, centre), 0.62 * Math.hypot(...extent))
}
