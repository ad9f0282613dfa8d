import type { Stats } from 'node:fs'
import { stat } from 'node:fs/promises'
import { badInput } from './image-checks'

/**
 * What a path is, seen before it is opened.
 *
 * @throws HippospikeError (input) where there is nothing, nothing that may be seen, an empty file, or a pipe or device
 */
export async function pathFacts(path: string): Promise<Stats> {
  let found: Stats
  try {
    found = await stat(path)
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code
    if (code === 'ENOENT' || code === 'ENOTDIR') {
      throw badInput(path, 'no such file; check the path', cause)
    }
    throw badInput(
      path,
      `cannot be opened (${code ?? String(cause)}); check its permissions`,
      cause
    )
  }
  // What has no size of its own might be read for ever.
  if (!found.isFile() && !found.isDirectory()) {
    throw badInput(path, 'is a pipe or a device; give a file or a folder')
  }
  if (found.isFile() && found.size === 0) {
    throw badInput(path, 'is empty (0 bytes); copy or download it again')
  }
  return found
}
