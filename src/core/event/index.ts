export {
  inThreadCrew,
  instantiateKernel,
  type Crew,
  type CrewTask,
  type KernelExports
} from './crew'
export {
  createEventNetwork,
  type EarlyExit,
  type EventInput,
  type EventNetwork,
  type EventOptions,
  type EventRun,
  type EventRunOptions
} from './network'
export { planModel, UnsupportedPlan, type EventPlan, type EventPrecision } from './plan'
export type { RecordedLayer, SpikeRecord } from './spike-record'
export { traceVoxel, type TracedRun, type VoxelTrace } from './trace'
