import { onScopeDispose } from 'vue'
import { listShortcuts, registerShortcut, type ListedKey, type Shortcut } from '../../ui/shortcuts'
import { isEditingTool, type Tool, type Viewer } from '../viewer'
import type { Editor } from './store'

const PANEL = 'Edit'
/** While the panel is open: what they do is seen there. */
const PANEL_KEYS = {
  brush: ['b', 'Brush'],
  eraser: ['e', 'Eraser'],
  threshold: ['t', 'Paint within the intensity range'],
  fill: ['f', 'Fill'],
  smaller: ['[', 'Smaller brush'],
  larger: [']', 'Larger brush'],
  reach: ['d', 'Brush as a disc or a ball'],
  next: ['l', 'Paint the next label'],
  label: [['1', '2', '3', '4'], 'Paint this label, while an editing tool is in hand']
} as const satisfies Record<string, ListedKey>
const TOOLS = ['brush', 'eraser', 'threshold', 'fill'] as const satisfies readonly Tool[]

listShortcuts({ group: PANEL, where: 'in the panel Edit', keys: Object.values(PANEL_KEYS) })

/** The editor's keys, for as long as the component that calls this, its panel, lives. */
export function registerEditorShortcuts(viewer: Viewer, editor: Editor): void {
  const stops: (() => void)[] = []
  const key = ([keys, description]: ListedKey, run: Shortcut['run']): void => {
    stops.push(registerShortcut({ keys, description, group: PANEL, run }))
  }
  for (const tool of TOOLS) {
    key(PANEL_KEYS[tool], () => {
      viewer.tool.value = viewer.tool.value === tool ? 'navigate' : tool
    })
  }
  key(PANEL_KEYS.smaller, () => viewer.resizeBrush(-1))
  key(PANEL_KEYS.larger, () => viewer.resizeBrush(1))
  key(PANEL_KEYS.reach, () => {
    viewer.brush.ball = !viewer.brush.ball
  })
  key(PANEL_KEYS.next, () => {
    const all = viewer.labels.value
    const now = all.findIndex(({ index }) => index === editor.label.value)
    editor.label.value = all[(now + 1) % all.length]!.index
  })
  key(PANEL_KEYS.label, (event) => {
    const wanted = viewer.labels.value.find(({ index }) => String(index) === event.key)
    // Otherwise these keys choose a pane.
    if (wanted === undefined || !isEditingTool(viewer.tool.value)) return false
    editor.label.value = wanted.index
    return true
  })
  onScopeDispose(() => stops.forEach((stop) => stop()))
}

/**
 * Keys for the mask on the screen, whichever panel is open, for as long as the component that calls this lives.
 *
 * @param saved is told how it went; in the panel it is to be seen
 */
export function registerMaskShortcuts(editor: Editor, saved: (well: boolean) => void): void {
  const group = 'Mask'
  const stops = [
    registerShortcut({ keys: 'mod+z', description: 'Undo', group, run: () => editor.undo() }),
    registerShortcut({
      keys: ['mod+shift+z', 'mod+y'],
      description: 'Redo',
      group,
      run: () => editor.redo()
    }),
    registerShortcut({
      keys: 'mod+s',
      description: 'Save the mask as a new version',
      group,
      run: () => {
        if (editor.dirty.value) void editor.save().then(saved)
      }
    })
  ]
  onScopeDispose(() => stops.forEach((stop) => stop()))
}
