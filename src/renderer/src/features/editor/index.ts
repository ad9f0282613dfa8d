export { default as EditorPanel } from './EditorPanel.vue'
export { useEditor, type Editor, type Recovery } from './store'
