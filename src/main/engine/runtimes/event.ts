import { availableParallelism } from 'node:os'
import type { RuntimeInfo } from '../../../shared/runtime'
import { VERSION } from '../../../shared/version'
import { processorMemory, processorModel, WASM_MEMORY } from './processor'

/** More than these share too little work each. */
const MOST_THREADS = 8

/** As many threads as this process may use cores, within reason. */
export function defaultThreads(): number {
  return Math.min(availableParallelism(), MOST_THREADS)
}

/** The event-driven kernel, which comes with the program. @param threads null for the number that it takes by itself */
export function eventRuntimeInfo(threads: number | null): RuntimeInfo {
  const count = threads ?? defaultThreads()
  return {
    runtime: 'event',
    version: `Hippospike ${VERSION}`,
    device: `${processorModel()} (${count} ${count === 1 ? 'thread' : 'threads'})`,
    memoryBytes: Math.min(processorMemory(), WASM_MEMORY)
  }
}
