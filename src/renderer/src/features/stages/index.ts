export { default as StagesSection } from './StagesSection.vue'
