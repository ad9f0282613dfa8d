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
export { UnsupportedPlan, type EventPrecision } from './plan'
export type { RecordedLayer, SpikeRecord } from './spike-record'
