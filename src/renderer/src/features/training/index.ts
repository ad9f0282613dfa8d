export { useTrainingPlace } from './place'
export { followRuns } from './follow-runs'
export { default as TrainingLink } from './TrainingLink.vue'
export { default as TrainingView } from './TrainingView.vue'
