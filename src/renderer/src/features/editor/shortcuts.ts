import { onScopeDispose } from 'vue'
import { registerShortcut, type Shortcut } from '../../ui/shortcuts'
import { isEditingTool, type Tool, type Viewer } from '../viewer'
import type { Editor } from './store'

/** The editor's keys, for as long as the component that calls this lives. */
export function registerEditorShortcuts(viewer: Viewer, editor: Editor): void {
  const group = 'Edit'
  const stops: (() => void)[] = []
  const key = (keys: string | string[], description: string, run: Shortcut['run']): void => {
    stops.push(registerShortcut({ keys, description, group, run }))
  }
  const tools: [string, string, Tool][] = [
    ['b', 'Brush', 'brush'],
    ['e', 'Eraser', 'eraser'],
    ['t', 'Paint within the intensity range', 'threshold'],
    ['f', 'Fill', 'fill']
  ]
  for (const [keys, description, tool] of tools) {
    key(keys, description, () => {
      viewer.tool.value = viewer.tool.value === tool ? 'navigate' : tool
    })
  }
  key('[', 'Smaller brush', () => viewer.resizeBrush(-1))
  key(']', 'Larger brush', () => viewer.resizeBrush(1))
  key('d', 'Brush as a disc or a ball', () => {
    viewer.brush.ball = !viewer.brush.ball
  })
  key('l', 'Paint the next label', () => {
    const all = viewer.labels.value
    const now = all.findIndex(({ index }) => index === editor.label.value)
    editor.label.value = all[(now + 1) % all.length]!.index
  })
  key(['1', '2', '3', '4'], 'Paint this label, while an editing tool is in hand', (event) => {
    const wanted = viewer.labels.value.find(({ index }) => String(index) === event.key)
    // Otherwise these keys choose a pane.
    if (wanted === undefined || !isEditingTool(viewer.tool.value)) return false
    editor.label.value = wanted.index
    return true
  })
  key('mod+z', 'Undo', () => editor.undo())
  key(['mod+shift+z', 'mod+y'], 'Redo', () => editor.redo())
  key('mod+s', 'Save the mask as a new version', () => {
    if (editor.dirty.value) void editor.save()
  })
  onScopeDispose(() => stops.forEach((stop) => stop()))
}
