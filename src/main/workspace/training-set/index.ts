export { checkTrainingSet } from './assess'
export { listCandidates } from './candidates'
export { readStatistics } from './statistics'
export { writeTrainingSet, type WrittenTrainingSet } from './write-training-set'
