import { availableParallelism, freemem } from 'node:os'

/** What an engine takes at its peak with a head of 1 mm: 0.37 GB were measured at 256³ voxels, and larger ones take more. */
const ENGINE_BYTES = 0.6e9
/** Of the free memory, what is left to others. */
const SPARE = 0.1

export interface Machine {
  cores: number
  freeBytes: number
}

/** This machine, or the part of it that a container or a cluster's scheduler has granted. */
export function thisMachine(): Machine {
  // Node 20.13 and newer know what a container may take.
  const { availableMemory } = process as { availableMemory?: () => number }
  const freeBytes = Math.min(freemem(), availableMemory?.call(process) ?? Infinity)
  return { cores: availableParallelism(), freeBytes }
}

export interface EngineCounts {
  /** Scans at a time. */
  jobs: number
  /** Threads of each engine. */
  threads: number
}

/**
 * How many scans to segment at a time, and with how many threads each: one a core, as far as the memory reaches. Two engines of one thread do more in
 * the same time than one engine of two.
 *
 * @param given.jobs this many, whatever the memory
 * @param given.memoryBytes budget for all engines together; the free memory where none is given
 */
export function enginesFor(
  scans: number,
  given: { jobs: number | null; memoryBytes: number | null; threads: number | null },
  { cores, freeBytes }: Machine
): EngineCounts {
  const budget = given.memoryBytes ?? (1 - SPARE) * freeBytes
  const fitting = Math.min(cores, Math.floor(budget / ENGINE_BYTES))
  const jobs = Math.max(1, Math.min(scans, given.jobs ?? fitting))
  return { jobs, threads: given.threads ?? Math.max(1, Math.floor(cores / jobs)) }
}

/** Does a number of things, so many at a time, in order; after an abort no new ones. */
export async function inParallel<T>(
  items: readonly T[],
  atOnce: number,
  signal: AbortSignal,
  act: (item: T) => Promise<void>
): Promise<void> {
  const rest = items.values()
  const worker = async (): Promise<void> => {
    for (const item of rest) {
      if (signal.aborted) return
      await act(item)
    }
  }
  await Promise.all(Array.from({ length: atOnce }, worker))
}
