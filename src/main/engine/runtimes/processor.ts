import { availableParallelism, cpus, totalmem } from 'node:os'

/** The processor with the number of cores this process may use. */
export function processorName(): string {
  const model = cpus()[0]?.model.trim() ?? ''
  const cores = availableParallelism()
  return `${model === '' ? 'processor' : model} (${cores} ${cores === 1 ? 'core' : 'cores'})`
}

/** The machine's memory, or what its container may use of it. */
export function processorMemory(): number {
  const limit = process.constrainedMemory()
  return limit > 0 && limit < totalmem() ? limit : totalmem()
}
