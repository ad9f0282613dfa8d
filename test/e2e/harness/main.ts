/// <reference path="../../../src/renderer/src/vue.d.ts" />
import { createApp, h } from 'vue'
import { ViewerGrid, useViewer, type Viewer } from '../../../src/renderer/src/features/viewer'
import '../../../src/renderer/src/style.css'

declare global {
  interface Window {
    viewer: Viewer
  }
}

window.viewer = useViewer()
createApp({ render: () => h(ViewerGrid) }).mount('#app')
