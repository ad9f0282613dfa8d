import { onScopeDispose } from 'vue'
import { listShortcuts, registerShortcut } from '../../ui/shortcuts'

const group = 'Segment'
const keys = 'mod+Enter'
const description = 'Segment the case'

listShortcuts({ group, where: 'in the panel Segment', keys: [[keys, description]] })

/** The key of the panel, for as long as the component that calls this lives. */
export function registerSegmentShortcut(run: () => void): void {
  onScopeDispose(registerShortcut({ keys, description, group, run }))
}
