import { availableParallelism, cpus, totalmem } from 'node:os'

/** A WebAssembly module addresses no more. */
export const WASM_MEMORY = 4 * 1024 ** 3

/** The name of the processor. */
export function processorModel(): string {
  const model = cpus()[0]?.model.trim() ?? ''
  return model === '' ? 'processor' : model
}

/** The processor with the number of cores this process may use. */
export function processorName(): string {
  const cores = availableParallelism()
  return `${processorModel()} (${cores} ${cores === 1 ? 'core' : 'cores'})`
}

/** The machine's memory, or what its container may use of it. */
export function processorMemory(): number {
  const limit = process.constrainedMemory()
  return limit > 0 && limit < totalmem() ? limit : totalmem()
}
