export { default as VisitsSection } from './VisitsSection.vue'
