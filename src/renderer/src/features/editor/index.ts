export { default as EditorPanel } from './EditorPanel.vue'
export { default as UnsavedNote } from './UnsavedNote.vue'
export { registerMaskShortcuts } from './shortcuts'
export { useEditor, type Editor, type Recovery } from './store'
