import { onScopeDispose, watch } from 'vue'
import { registerShortcut } from '../../ui/shortcuts'
import { isEditingTool, type Viewer } from './store'
import type { Layout, Tool } from './types'

/** What SlicePane.vue does with keys while it has the focus. */
const PANE_KEYS: readonly [string | string[], string][] = [
  [['ArrowUp', 'ArrowDown'], 'Go to the next slice'],
  [['PageUp', 'PageDown'], 'Go on by five slices'],
  [['+', '-'], 'Zoom in or out'],
  ['Space', 'Show this pane alone, or all']
]

/** What SlicePane.vue does with the pointer, for the shortcut sheet. */
export const POINTER_GESTURES: readonly (readonly [gesture: string, description: string])[] = [
  ['Wheel', 'Go through the slices'],
  ['Ctrl + wheel', 'Zoom where the pointer is'],
  ['Right button + drag', 'Zoom'],
  ['Shift + drag, or middle button', 'Move the image'],
  ['Alt + drag', 'Window and level'],
  ['Double click', 'Show this pane alone, or all'],
  ['Alt + wheel', 'Size of the brush'],
  ['Right button', 'Erase with a brush, paint with the eraser']
]

/** The viewer's keys, for as long as the component that calls this lives. */
export function registerViewerShortcuts(viewer: Viewer): void {
  const group = 'Viewer'
  const stops: (() => void)[] = []
  const key = (keys: string | string[], description: string, run: () => unknown): void => {
    const whileOpen = (): unknown => (viewer.image.value === null ? false : run())
    stops.push(registerShortcut({ keys, description, group, run: whileOpen }))
  }
  const tools: [string, string, Tool][] = [
    ['v', 'Move the crosshair', 'navigate'],
    ['w', 'Window and level', 'window'],
    ['h', 'Move the image', 'pan'],
    ['z', 'Zoom', 'zoom']
  ]
  for (const [keys, description, tool] of tools) {
    key(keys, description, () => {
      viewer.tool.value = tool
    })
  }
  const layouts: [string, string, Layout][] = [
    ['0', 'Show all panes', 'grid'],
    ['1', 'Show the axial pane alone', 'axial'],
    ['2', 'Show the coronal pane alone', 'coronal'],
    ['3', 'Show the sagittal pane alone', 'sagittal'],
    ['4', 'Show the 3D pane alone', 'volume']
  ]
  for (const [keys, description, layout] of layouts) {
    key(keys, description, () => {
      viewer.layout.value = viewer.layout.value === layout ? 'grid' : layout
    })
  }
  key('m', 'Show or hide the mask', () => {
    viewer.overlay.visible = !viewer.overlay.visible
  })
  key('o', 'Outline or fill the mask', () => {
    viewer.outlined.value = !viewer.outlined.value
  })
  key('c', 'Show or hide the crosshair', () => {
    viewer.crosshairVisible.value = !viewer.crosshairVisible.value
  })
  key('x', 'Change between radiological and neurological', () => {
    const { convention } = viewer
    convention.value = convention.value === 'radiological' ? 'neurological' : 'radiological'
  })
  key('r', 'Reset the view', () => viewer.reset())
  key('Escape', 'Put the editing tool down', () => {
    if (!isEditingTool(viewer.tool.value)) return false
    viewer.tool.value = 'navigate'
    return true
  })
  watch(
    () => viewer.boxes.value.length > 0,
    (areThere, _, onCleanup) => {
      if (!areThere) return
      const run = (): void => {
        viewer.boxesVisible.value = !viewer.boxesVisible.value
      }
      const description = 'Show or hide the boxes around the hippocampi'
      onCleanup(registerShortcut({ keys: 'k', description, group, run }))
    },
    { immediate: true }
  )
  for (const [keys, description] of PANE_KEYS) {
    // The pane takes them before anyone is asked here; this is for the sheet.
    const left = (): boolean => false
    stops.push(registerShortcut({ keys, description, group: 'Slice that was clicked', run: left }))
  }
  onScopeDispose(() => stops.forEach((stop) => stop()))
}
