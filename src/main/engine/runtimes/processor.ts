import { readFileSync } from 'node:fs'
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

/** What can be taken of it now, before the system ends programs to get some back; all of it where the system does not say. */
export function spareMemory(): number {
  return Math.min(processorMemory(), linuxSpareMemory() ?? Infinity)
}

/** `os.freemem` will not do: up to Node 18 it leaves out what Linux keeps as a cache and gives back. */
function linuxSpareMemory(): number | null {
  try {
    return spareOf(readFileSync('/proc/meminfo', 'utf8'))
  } catch {
    return null
  }
}

/** From the text of /proc/meminfo; null where it lacks what counts. */
export function spareOf(meminfo: string): number | null {
  const bytes = (field: string): number | null => {
    const found = new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(meminfo)
    return found ? Number(found[1]) * 1024 : null
  }
  const available = bytes('MemAvailable')
  return available === null ? null : available + (bytes('SwapFree') ?? 0)
}
