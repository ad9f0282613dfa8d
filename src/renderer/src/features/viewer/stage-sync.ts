import { onScopeDispose, shallowRef, watch, type ShallowRef } from 'vue'
import type { ImageStage } from '../../cornerstone'
import { indexToMm, voxelCount } from '../../volume/grid'
import { boundingBox, labelSurface } from '../../volume/surface'
import { differenceStyle, heatStyle, maskStyle, rgbOf, scalarStyle } from './colours'
import { differenceOf } from './difference'
import type { Viewer } from './store'
import type { VoxelBox } from './types'

/** What is told in the same turn must reach the stage in the order in which it was told. */
const AT_ONCE = { immediate: true, flush: 'sync' } as const

/** Milliseconds after the last edit at which the surface is made again. */
const SURFACE_DELAY = 250

/**
 * Keeps the stage as the store says. Every watcher says one thing of the store; the stage does them in the order in which
 * they come.
 *
 * @param report is told what could not be drawn
 */
export function syncStage(
  viewer: Viewer,
  stage: ImageStage,
  report: (problem: string) => void
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
  watch(viewer.resets, () => {
    frameSurfaces(viewer, stage)
    stage.surfaces.resetGaze()
  })
  watch(viewer.window, ({ low, high }) => stage.setWindow(low, high), {
    immediate: true,
    deep: true
  })
  watch(viewer.interpolate, (on) => stage.setInterpolation(on), { immediate: true })

  syncLayers(viewer, stage, shown)
  syncSurfaces(viewer, stage)
  return { drawn }
}

function syncLayers(viewer: Viewer, stage: ImageStage, shown: (done: Promise<void>) => void): void {
  const geometry = () => viewer.image.value?.geometry

  const setMask = (): void => {
    const grid = geometry()
    const labels = viewer.mask.value
    const layer =
      grid === undefined || labels === null
        ? null
        : { geometry: grid, values: labels, style: maskStyle(viewer.overlay) }
    shown(stage.setLayer('mask', layer))
  }
  const stop = viewer.onMaskChange((box: VoxelBox | null) => {
    const labels = viewer.mask.value
    if (box === null || labels === null) setMask()
    else stage.updateLayer('mask', labels, box.min, box.max)
  })
  onScopeDispose(stop)
  setMask()
  watch(
    viewer.overlay,
    () => {
      shown(stage.setLayerStyle('mask', maskStyle(viewer.overlay)))
    },
    { deep: true }
  )

  watch(
    viewer.difference,
    (difference) => {
      const grid = geometry()
      const layer =
        difference === null || grid === undefined
          ? null
          : {
              geometry: grid,
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
      const grid = geometry()
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
        const layer =
          heat === null
            ? null
            : { geometry: heat.geometry, values: heat[sign], style: heatStyle(sign, heat) }
        shown(stage.setLayer(sign, layer))
      }
    },
    AT_ONCE
  )
}

/** One surface a label, made again a moment after the last edit. */
function syncSurfaces(viewer: Viewer, stage: ImageStage): void {
  let timer: ReturnType<typeof setTimeout> | undefined
  let framedFor: unknown = null

  const make = (): void => {
    const { image, mask, overlay, surfaceVisible } = viewer
    const labels = mask.value
    const open = image.value
    const wanted = new Set<string>()
    if (open !== null && labels !== null && surfaceVisible.value) {
      for (const label of Object.keys(overlay.colours).map(Number)) {
        if (overlay.hiddenLabels.includes(label)) continue
        const surface = labelSurface(open.geometry, labels, label)
        if (surface.triangles.length === 0) continue
        wanted.add(String(label))
        stage.surfaces.show(String(label), surface, rgbOf(overlay.colours[label]!))
      }
      if (framedFor !== open && wanted.size > 0) {
        framedFor = open
        frameSurfaces(viewer, stage)
      }
    }
    for (const name of stage.surfaces.names()) {
      if (!wanted.has(name)) stage.surfaces.remove(name)
    }
  }
  const later = (): void => {
    clearTimeout(timer)
    timer = setTimeout(make, SURFACE_DELAY)
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
  later()
  onScopeDispose(() => {
    stop()
    clearTimeout(timer)
  })
}

/** Looks at the mask where there is one, else at the whole image. */
function frameSurfaces(viewer: Viewer, stage: ImageStage): void {
  const open = viewer.image.value
  if (open === null) return
  const { geometry } = open
  const labels = viewer.mask.value
  const boxes =
    labels === null || labels.length !== voxelCount(geometry.size)
      ? []
      : Object.keys(viewer.overlay.colours)
          .map((label) => boundingBox(geometry.size, labels, Number(label)))
          .filter((box) => box !== null)
  const min = boxes.length === 0 ? [0, 0, 0] : leastOf(boxes.map((box) => box.min))
  const max =
    boxes.length === 0 ? geometry.size.map((n) => n - 1) : greatestOf(boxes.map((box) => box.max))
  const centre = min.map((n, axis) => (n + max[axis]!) / 2) as [number, number, number]
  const extent = min.map((n, axis) => (max[axis]! - n + 1) * geometry.spacing[axis]!)
  stage.surfaces.frame(indexToMm(geometry, centre), 0.62 * Math.hypot(...extent))
}

function leastOf(points: readonly (readonly number[])[]): number[] {
  return [0, 1, 2].map((axis) => Math.min(...points.map((point) => point[axis]!)))
}

function greatestOf(points: readonly (readonly number[])[]): number[] {
  return [0, 1, 2].map((axis) => Math.max(...points.map((point) => point[axis]!)))
}
