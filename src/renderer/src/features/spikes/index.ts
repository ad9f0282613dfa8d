export { default as SpikesPanel } from './SpikesPanel.vue'
