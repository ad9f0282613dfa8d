export { layerTitle } from './layer-names'
export { default as SpikesPanel } from './SpikesPanel.vue'
