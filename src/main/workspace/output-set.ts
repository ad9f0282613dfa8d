import { renameSync, rmdirSync, unlinkSync } from 'node:fs'
import { copyFile, link } from 'node:fs/promises'
import { resolve } from 'node:path'
import { removeOnExit, removeQuietly, settled, temporaryPath } from './temporary-file'

/** Sets that may still be undone, which an exit of the process does. */
const unfinished = new Set<OutputSet>()

function undoUnfinished(): void {
  for (const outputs of unfinished) outputs.undo()
}

/** One thing that a set has made. */
interface Made {
  path: string
  isFolder: boolean
  /** Second name of what stood there before; null where nothing did. */
  previous: string | null
}

/**
 * Files that are worth something only together: they are kept together, or undone together. What they replace is kept beside them, under
 * a name of its own, until one or the other is decided.
 */
export class OutputSet {
  /** In the order of their making. */
  private made: Made[] = []

  constructor() {
    if (unfinished.size === 0) process.on('exit', undoUnfinished)
    unfinished.add(this)
  }

  add(path: string, isFolder = false): void {
    // A path that the working directory decides must not wander with it.
    this.made.push({ path: resolve(path), isFolder, previous: null })
  }

  /**
   * Keeps what stands at a path that is about to be replaced.
   *
   * @returns whether anything stood there; if so the path needs no `add`
   */
  async setAside(path: string): Promise<boolean> {
    const previous = temporaryPath(resolve(path))
    removeOnExit(previous)
    try {
      if (!(await secondName(path, previous))) return false
      this.made.push({ path: resolve(path), isFolder: false, previous })
      return true
    } catch (cause) {
      removeQuietly(previous)
      throw cause
    } finally {
      settled(previous)
    }
  }

  /** Everything is written: it stays, and what it replaced goes. */
  keep(): void {
    for (const { previous } of this.close()) if (previous !== null) removeQuietly(previous)
  }

  /**
   * Puts back what was replaced, and removes the other files that were written, and the folders that were made for them where nothing else is
   * in them.
   */
  undo(): void {
    for (const { path, isFolder, previous } of this.close().reverse()) {
      try {
        if (isFolder) rmdirSync(path)
        else if (previous === null) unlinkSync(path)
        else putBack(previous, path)
      } catch {
        // Gone already, or holding what is not ours. A version that cannot be put back keeps its second name.
      }
    }
  }

  private close(): Made[] {
    unfinished.delete(this)
    if (unfinished.size === 0) process.off('exit', undoUnfinished)
    return this.made.splice(0)
  }
}

/**
 * Gives a file a second name in its folder, or a copy where the file system knows no links.
 *
 * @returns whether there is a file
 */
async function secondName(path: string, other: string): Promise<boolean> {
  try {
    await link(path, other)
    return true
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return false
    await copyFile(path, other)
    return true
  }
}

function putBack(previous: string, path: string): void {
  renameSync(previous, path)
  // Two names of one file, which they are where the replacing did not come about, both outlive a rename.
  removeQuietly(previous)
}
