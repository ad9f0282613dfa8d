import {
  computed,
  reactive,
  ref,
  shallowRef,
  type ComputedRef,
  type Ref,
  type ShallowRef,
  type WritableComputedRef
} from 'vue'
import { z } from 'zod'
import type { HeadBox } from '../../../../shared/head'
import type { Geometry, Triple } from '../../../../shared/geometry'
import {
  CROP_LABELS,
  HEAD_LABELS,
  isHeadMask,
  LABEL_COLOURS,
  type MaskLabel
} from '../../../../shared/labels'
import { stored } from '../../ui/stored'
import { indexToMm, mmToIndex, nearestVoxel, offsetOf, voxelCount } from '../../volume/grid'
import { PLANES, type Convention, type Plane } from '../../volume/planes'
import { homeOf } from './home'
import { windowPresets, type WindowPreset } from './presets'
import type {
  BoxEditing,
  CursorReadout,
  DifferenceNames,
  Gesture,
  HeatMap,
  IntensityWindow,
  Layout,
  MaskDifference,
  OpenImage,
  OverlaySettings,
  Pick,
  ScalarOverlay,
  Tool,
  VoxelBox
} from './types'

/** How a pane looks at its slice. */
export interface PaneView {
  /** 1 shows the whole slice. */
  zoom: number
  /** Millimetres that the image is moved to the right and up. */
  pan: [number, number]
}

/** Disc or ball that follows the pointer. */
export interface BrushCursor {
  radiusMm: number
  /** A ball reaches into the neighbouring slices. */
  ball: boolean
}

type MaskListener = (box: VoxelBox | null, plane?: Plane) => void

export interface Viewer {
  readonly image: ShallowRef<OpenImage | null>
  /** Shows another case; everything that belonged to the one before goes. */
  open: (image: OpenImage) => void
  close: () => void

  /** Label map on the image's grid; edit it in place and call {@link maskChanged}. */
  readonly mask: ShallowRef<Uint8Array | null>
  setMask: (labels: Uint8Array | null) => void
  /** Whether masks of the image tell left from right, as those of a head do. */
  readonly isHead: ComputedRef<boolean>
  /** Labels that the mask may hold, without the background. */
  readonly labels: ComputedRef<readonly MaskLabel[]>
  /** After an edit in place; `box` limits what is drawn again, and `plane` is the pane that is looked at, to be drawn first. */
  maskChanged: (box?: VoxelBox, plane?: Plane) => void
  /** Calls back after every {@link setMask} (box null) and {@link maskChanged}; returns how to stop. */
  onMaskChange: (listener: MaskListener) => () => void

  readonly heat: ShallowRef<HeatMap | null>
  setHeat: (heat: HeatMap | null) => void
  readonly difference: ShallowRef<MaskDifference | null>
  /**
   * Null for either clears it. Without names the two are called A and B.
   *
   * @param part grid of the two, where it is not the image's
   */
  setDifference: (
    a: Uint8Array | null,
    b: Uint8Array | null,
    names?: DifferenceNames,
    part?: Geometry
  ) => void
  readonly scalarOverlay: ShallowRef<ScalarOverlay | null>
  setScalarOverlay: (overlay: ScalarOverlay | null) => void

  /** Around the hippocampi of a head; none for a crop. */
  readonly boxes: ShallowRef<readonly HeadBox[]>
  readonly boxesVisible: Ref<boolean>
  /** Set while the user may move the boxes. */
  readonly boxEditing: ShallowRef<BoxEditing | null>
  readonly selectedBox: Ref<HeadBox['side'] | null>

  /** LPS millimetres. */
  readonly crosshair: Ref<Triple>
  /** The voxel that the crosshair is in. */
  readonly crosshairVoxel: ComputedRef<Triple>
  readonly crosshairVisible: Ref<boolean>
  /** Puts the crosshair on a voxel. */
  goToVoxel: (voxel: Readonly<Triple>) => void
  /** Calls back when the user clicks a voxel with the navigation tool; returns how to stop. */
  onPick: (listener: (pick: Pick) => void) => () => void
  pick: (voxel: Readonly<Triple>) => void
  /** Null while the pointer is outside the image. */
  readonly cursor: ShallowRef<CursorReadout | null>

  readonly overlay: OverlaySettings
  /** Set while what lies under the mask must be seen: it is drawn as outlines then, whatever {@link overlay} keeps for later. */
  readonly seeThrough: Ref<boolean>
  /** Whether the mask is drawn as outlines. To set it is the user's choice, which ends {@link seeThrough}. */
  readonly outlined: WritableComputedRef<boolean>
  readonly convention: Ref<Convention>
  readonly layout: Ref<Layout>
  readonly window: Ref<IntensityWindow>
  readonly presets: ComputedRef<WindowPreset[]>
  /** Whether voxels of the image run into each other or are drawn as boxes. */
  readonly interpolate: Ref<boolean>
  readonly surfaceVisible: Ref<boolean>
  readonly panes: Record<Plane, PaneView>
  /** Counts the calls of {@link reset}, which the 3D pane follows. */
  readonly resets: Ref<number>
  /** Window, zoom, pan and crosshair as they were when the case was opened. */
  reset: () => void
  /** PNG of the panes as they are on the screen. */
  screenshot: () => Promise<Blob>
  /** The grid on the screen says how to take one. */
  setScreenshotSource: (source: (() => Promise<Blob>) | null) => void

  readonly tool: Ref<Tool>
  readonly brush: BrushCursor
  /** One step larger (1) or smaller (−1). */
  resizeBrush: (step: 1 | -1) => void
  /** Who draws: at most one feature. Returns how to let go. */
  onGesture: (listener: (gesture: Gesture) => void) => () => void
  gesture: (gesture: Gesture) => void
}

const A_AND_B: DifferenceNames = {
  onlyA: 'Only in A',
  onlyB: 'Only in B',
  otherLabel: 'Other label'
}

const BRUSH_STEP = 1.2

/** By label number; those that are not among them are as they were at first. */
const coloursSchema = z
  .record(z.string().regex(/^\d+$/), z.string().regex(/^#[0-9a-f]{6}$/i))
  .transform((some): Record<number, string> => ({ ...LABEL_COLOURS, ...some }))

/** Tools that act on the mask rather than on the view. */
export function isEditingTool(tool: Tool): boolean {
  return tool === 'brush' || tool === 'eraser' || tool === 'threshold' || tool === 'fill'
}

let shared: Viewer | undefined

/** The one viewer of this window. */
export function useViewer(): Viewer {
  return (shared ??= createViewer())
}

export function createViewer(): Viewer {
  const image = shallowRef<OpenImage | null>(null)
  const mask = shallowRef<Uint8Array | null>(null)
  const heat = shallowRef<HeatMap | null>(null)
  const difference = shallowRef<MaskDifference | null>(null)
  const scalarOverlay = shallowRef<ScalarOverlay | null>(null)
  const crosshair = ref<Triple>([0, 0, 0])
  const window = ref<IntensityWindow>({ low: 0, high: 1 })
  const resets = ref(0)
  const cursor = shallowRef<CursorReadout | null>(null)
  const panes = reactive(
    Object.fromEntries(PLANES.map((plane) => [plane, { zoom: 1, pan: [0, 0] }]))
  ) as Record<Plane, PaneView>
  const overlay = reactive<OverlaySettings>({
    visible: true,
    opacity: 0.5,
    outline: false,
    hiddenLabels: [],
    colours: stored('label-colours', coloursSchema, { ...LABEL_COLOURS }).value
  })
  const seeThrough = ref(false)
  const brush = reactive<BrushCursor>({ radiusMm: 2, ball: false })
  const maskListeners = new Set<MaskListener>()
  const pickListeners = new Set<(pick: Pick) => void>()
  let gestureListener: ((gesture: Gesture) => void) | null = null
  let screenshotSource: (() => Promise<Blob>) | null = null

  const crosshairVoxel = computed<Triple>(() => {
    const open = image.value
    if (open === null) return [0, 0, 0]
    return nearestVoxel(open.geometry.size, mmToIndex(open.geometry, crosshair.value))
  })

  const isHead = computed(
    () => image.value !== null && isHeadMask(image.value.geometry, mask.value)
  )

  function clearOverlays(): void {
    mask.value = null
    heat.value = null
    difference.value = null
    scalarOverlay.value = null
    cursor.value = null
  }

  function home(open: OpenImage): void {
    window.value = { ...open.window }
    crosshair.value = homeOf(open, isHead.value ? mask.value : null)
    for (const plane of PLANES) Object.assign(panes[plane], { zoom: 1, pan: [0, 0] })
  }

  function imageGrid(what: string): Geometry {
    if (image.value !== null) return image.value.geometry
    throw new Error(`${what} was given, but no case is open: open one first`)
  }

  function onGrid(values: Uint8Array, what: string, part?: Geometry): Uint8Array {
    const { size } = part ?? imageGrid(what)
    const expected = voxelCount(size)
    if (values.length !== expected) {
      throw new Error(
        `${what} has ${values.length} voxels, but the ${part ? 'part' : 'image'} has ${expected} (${size.join('×')}): give it on that grid`
      )
    }
    return values
  }

  const viewer: Viewer = {
    image,
    open(next) {
      const expected = voxelCount(next.geometry.size)
      if (next.voxels.length !== expected) {
        throw new Error(
          `the image of ${next.caseId} has ${next.voxels.length} voxels, but its size ${next.geometry.size.join('×')} needs ${expected}: import it again`
        )
      }
      clearOverlays()
      image.value = next
      home(next)
      maskListeners.forEach((listener) => listener(null))
    },
    close() {
      clearOverlays()
      image.value = null
      maskListeners.forEach((listener) => listener(null))
    },
    mask,
    setMask(labels) {
      const before = mask.value
      mask.value = labels === null ? null : onGrid(labels, 'a mask')
      const open = image.value
      // In the middle of a head nothing is seen of a mask that has just been made.
      if (before === null && mask.value !== null && open !== null && isHead.value) {
        const isUntouched = crosshair.value.join() === homeOf(open, null).join()
        if (isUntouched) crosshair.value = homeOf(open, mask.value)
      }
      maskListeners.forEach((listener) => listener(null))
    },
    isHead,
    labels: computed(() =>
      (isHead.value ? HEAD_LABELS : CROP_LABELS).filter(({ index }) => index > 0)
    ),
    maskChanged(box, plane) {
      const size = image.value?.geometry.size
      if (size === undefined || mask.value === null) return
      const whole: VoxelBox = { min: [0, 0, 0], max: size.map((n) => n - 1) as Triple }
      maskListeners.forEach((listener) => listener(box ?? whole, plane))
    },
    onMaskChange(listener) {
      maskListeners.add(listener)
      return () => maskListeners.delete(listener)
    },
    heat,
    setHeat(next) {
      heat.value = next
    },
    difference,
    setDifference(a, b, names = A_AND_B, part) {
      const what = 'a mask to compare'
      difference.value =
        a === null || b === null
          ? null
          : {
              geometry: part ?? imageGrid(what),
              a: onGrid(a, what, part),
              b: onGrid(b, what, part),
              names
            }
    },
    scalarOverlay,
    setScalarOverlay(next) {
      if (next !== null) onGrid(next.values, next.title, next.geometry)
      scalarOverlay.value = next
    },
    boxes: shallowRef<readonly HeadBox[]>([]),
    boxesVisible: ref(false),
    boxEditing: shallowRef<BoxEditing | null>(null),
    selectedBox: ref<HeadBox['side'] | null>(null),
    crosshair,
    crosshairVoxel,
    crosshairVisible: ref(true),
    goToVoxel(voxel) {
      const open = image.value
      if (open === null) return
      crosshair.value = indexToMm(open.geometry, nearestVoxel(open.geometry.size, voxel))
    },
    onPick(listener) {
      pickListeners.add(listener)
      return () => pickListeners.delete(listener)
    },
    pick(voxel) {
      const open = image.value
      if (open === null) return
      const picked: Pick = { voxel: [...voxel] as Triple, mm: indexToMm(open.geometry, voxel) }
      pickListeners.forEach((listener) => listener(picked))
    },
    cursor,
    overlay,
    seeThrough,
    outlined: computed({
      get: () => overlay.outline || seeThrough.value,
      set: (outline) => {
        seeThrough.value = false
        overlay.outline = outline
      }
    }),
    convention: ref<Convention>('radiological'),
    layout: ref<Layout>('grid'),
    window,
    presets: computed(() =>
      image.value === null ? [] : windowPresets(image.value.voxels, image.value.window)
    ),
    interpolate: ref(true),
    surfaceVisible: ref(true),
    panes,
    resets,
    reset() {
      if (image.value !== null) home(image.value)
      resets.value += 1
    },
    screenshot() {
      if (screenshotSource === null || image.value === null) {
        return Promise.reject(new Error('there is no image on the screen to take: open a case'))
      }
      return screenshotSource()
    },
    setScreenshotSource(source) {
      screenshotSource = source
    },
    tool: ref<Tool>('navigate'),
    brush,
    resizeBrush(step) {
      const next = brush.radiusMm * (step > 0 ? BRUSH_STEP : 1 / BRUSH_STEP)
      brush.radiusMm = Math.min(50, Math.max(0.25, Math.round(next * 100) / 100))
    },
    onGesture(listener) {
      gestureListener = listener
      return () => {
        if (gestureListener === listener) gestureListener = null
      }
    },
    gesture(gesture) {
      gestureListener?.(gesture)
    }
  }
  return viewer
}

/** Label of the mask at a voxel; null where there is no mask. */
export function labelAt(viewer: Viewer, voxel: Readonly<Triple>): number | null {
  const open = viewer.image.value
  const labels = viewer.mask.value
  if (open === null || labels === null) return null
  return labels[offsetOf(open.geometry.size, voxel)] ?? null
}
