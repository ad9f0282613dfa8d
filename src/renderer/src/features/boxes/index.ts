export { default as BoxesPanel } from './BoxesPanel.vue'
export { useBoxes, type Boxes } from './store'
