import { mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { engineRoot } from './paths.mjs'

const PREFIX = '.making-'

function isAlive(pid) {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error.code === 'EPERM'
  }
}

/**
 * Removes what killed runs left; a folder whose process is alive belongs to a run beside this one. A killed run's pip or unpacking may outlive it
 * and write on: what cannot be removed now is left to the next run.
 */
export async function sweep(root = engineRoot()) {
  for (const name of await readdir(root).catch(() => [])) {
    const pid = Number(/^\.(?:making|old)-(\d+)-/.exec(name)?.[1])
    if (pid > 0 && !isAlive(pid)) {
      await rm(join(root, name), { recursive: true, force: true }).catch(() => undefined)
    }
  }
}

/** An empty folder for making an engine in, on the disk where it will live. The caller renames its result out and calls `done`. */
export async function openWorkshop() {
  const root = engineRoot()
  await mkdir(root, { recursive: true })
  await sweep(root)
  const dir = join(root, `${PREFIX}${process.pid}-${Date.now()}`)
  await mkdir(dir)
  await writeFile(
    join(dir, 'README'),
    'A half-made engine; it may be removed when no setup runs.\n'
  )
  return { dir, done: () => rm(dir, { recursive: true, force: true }) }
}
