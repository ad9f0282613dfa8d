import type { Dirent } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { badInput } from '../image-checks'
import { diskFile, type DicomFile } from './file'

/** Above any study, and above what a home folder given by mistake should keep us busy with. */
const MAX_FILES = 100_000
const MAX_DEPTH = 32

/**
 * Every file below a folder, sorted by name. Links to files are followed, links to folders are not: they may lead in circles.
 *
 * @throws HippospikeError (input) where it cannot be listed or holds too much
 */
export async function filesOfFolder(root: string): Promise<DicomFile[]> {
  const found: DicomFile[] = []
  await walk(root, 0)
  return found

  async function walk(folder: string, depth: number): Promise<void> {
    if (depth > MAX_DEPTH) throw badInput(folder, `lies more than ${MAX_DEPTH} folders deep`)
    for (const entry of await list(folder)) {
      const path = join(folder, entry.name)
      if (entry.isDirectory()) await walk(path, depth + 1)
      else if (entry.isFile() || entry.isSymbolicLink()) await add(path)
    }
  }

  async function add(path: string): Promise<void> {
    const facts = await stat(path).catch(() => null)
    if (!facts?.isFile()) return
    if (found.length === MAX_FILES) {
      throw badInput(root, `holds more than ${MAX_FILES} files; give the folder of one study`)
    }
    found.push(diskFile(path, relative(root, path), facts.size))
  }
}

async function list(folder: string): Promise<Dirent[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true })
    return entries.sort((a, b) => (a.name < b.name ? -1 : 1))
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code
    throw badInput(
      folder,
      `cannot be listed (${code ?? String(cause)}); check its permissions`,
      cause
    )
  }
}
