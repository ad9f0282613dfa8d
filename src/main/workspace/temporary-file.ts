import { randomBytes } from 'node:crypto'
import { unlinkSync } from 'node:fs'
import { readdir, unlink } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'

/** `<prefix><process id>-<random>-<name of the file>`: the name comes last so that readers see its extension. */
const TEMPORARY_PREFIX = '.hippospike-'
const TEMPORARY_NAME = /^\.hippospike-(\d+)-[0-9a-f]+-(.+)$/

/** Temporary files that exist now, to be removed if the process exits in the middle of a write. */
const pending = new Set<string>()
let watchingExit = false

/** A name of its own for a file that belongs to `path`, in the same folder, so that a rename between the two is atomic. */
export function temporaryPath(path: string): string {
  const unique = `${process.pid}-${randomBytes(6).toString('hex')}`
  return join(dirname(path), `${TEMPORARY_PREFIX}${unique}-${basename(path)}`)
}

/** From now until `settled`, an exit of the process removes the file. */
export function removeOnExit(temporary: string): void {
  pending.add(temporary)
  if (watchingExit) return
  watchingExit = true
  process.on('exit', () => {
    for (const path of pending) removeQuietly(path)
  })
}

/** The file has been renamed, removed, or handed on to something that will remove it. */
export function settled(temporary: string): void {
  pending.delete(temporary)
}

/** Removes what a killed process left for a file; what belongs to a process that runs stays. */
export async function removeStale(path: string): Promise<void> {
  const folder = dirname(path)
  for (const name of await readdir(folder)) {
    const match = TEMPORARY_NAME.exec(name)
    if (match?.[2] !== basename(path) || isRunning(Number(match[1]))) continue
    await unlink(join(folder, name)).catch(() => undefined)
  }
}

/** Whether a process of this machine runs. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (cause) {
    return (cause as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** Removes a file where removing is all that is left to do, and nobody is there to hear that it failed. */
export function removeQuietly(path: string): void {
  try {
    unlinkSync(path)
  } catch {
    // It is not there; or it stays, and the next writing of the same file removes it.
  }
}
