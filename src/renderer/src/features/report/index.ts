export { default as ExportPanel } from './ExportPanel.vue'
