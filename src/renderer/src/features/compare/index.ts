export { default as ComparePanel } from './ComparePanel.vue'
