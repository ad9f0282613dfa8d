import { darkTheme, NConfigProvider } from 'naive-ui'
import { createApp, h } from 'vue'
import { useCases, type Cases } from '../../../src/renderer/src/features/cases'
import {
  EditorPanel,
  registerMaskShortcuts,
  useEditor,
  type Editor
} from '../../../src/renderer/src/features/editor'
import { useViewer, ViewerGrid, type Viewer } from '../../../src/renderer/src/features/viewer'
import { themeOverrides } from '../../../src/renderer/src/ui/theme'
import '../../../src/renderer/src/style.css'

declare global {
  interface Window {
    viewer: Viewer
    cases: Cases
    editor: Editor
  }
}

const layout = 'display: grid; grid-template-columns: minmax(0, 1fr) 320px; height: 100%'
window.viewer = useViewer()
window.cases = useCases()
window.editor = useEditor()
createApp({
  setup: () => registerMaskShortcuts(window.editor, () => undefined),
  render: () =>
    h(
      NConfigProvider,
      { theme: darkTheme, themeOverrides, preflightStyleDisabled: true, style: 'height: 100%' },
      () => h('div', { style: layout }, [h(ViewerGrid), h(EditorPanel)])
    )
}).mount('#app')
