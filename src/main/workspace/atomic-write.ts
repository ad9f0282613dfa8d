import { access, mkdir, open, realpath, rename, stat, unlink } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { HippospikeError } from '../../shared/errors'
import type { OutputSet } from './output-set'
import { removeOnExit, removeStale, settled, temporaryPath } from './temporary-file'

export { OutputSet } from './output-set'

export interface WriteOptions {
  /** Replace an existing file; true unless said otherwise. */
  overwrite?: boolean
  /** Looks at the finished temporary file before it takes its place; what it throws stops the writing. */
  verify?: (temporaryPath: string) => Promise<void>
  /** What the file belongs to. */
  outputs?: OutputSet | undefined
}

/**
 * Writes a file so that it is there whole or not at all: a temporary file in the same folder, flushed to the disk,
 * verified, renamed into place. A temporary file that a killed process left for the same target is removed.
 *
 * @throws HippospikeError (output) naming the path and the reason, and whatever `verify` throws
 */
export async function writeFileAtomic(
  path: string,
  data: string | Uint8Array,
  options: WriteOptions = {}
): Promise<void> {
  const folder = dirname(path)
  const temporary = temporaryPath(path)
  removeOnExit(temporary)
  try {
    await removeStale(path)
    await writeFlushed(temporary, data)
    await options.verify?.(temporary)
    if (options.overwrite === false) await refuseExisting(path)
    const replaces = await options.outputs?.setAside(path)
    await rename(temporary, path)
    if (!replaces) options.outputs?.add(path)
    await flushFolder(folder)
  } catch (cause) {
    await unlink(temporary).catch(() => undefined)
    throw outputError(path, cause)
  } finally {
    settled(temporary)
  }
}

/**
 * Makes a folder and those above it, unless it is there.
 *
 * @param outputs what the folder is made for
 * @throws HippospikeError (output) naming the path and the reason
 */
export async function makeFolder(path: string, outputs?: OutputSet): Promise<void> {
  try {
    const first = await mkdir(path, { recursive: true })
    if (first === undefined) return
    const made = [resolve(path)]
    while (made[0] !== resolve(first) && dirname(made[0]!) !== made[0])
      made.unshift(dirname(made[0]!))
    for (const folder of made) outputs?.add(folder, true)
  } catch (cause) {
    throw outputError(path, cause)
  }
}

/**
 * Makes sure that a file can be written, before anything long is computed for it: its folder exists and takes files, and
 * the file is not there unless `force` allows to replace it.
 *
 * @param inputs files that must not be replaced even so: the only copies of what is being read
 * @throws HippospikeError (output)
 */
export async function assertWritable(
  path: string,
  force: boolean,
  inputs: readonly string[] = []
): Promise<void> {
  const target = await realpath(path).catch(() => resolve(path))
  for (const input of inputs) {
    if ((await realpath(input).catch(() => resolve(input))) === target) {
      throw new HippospikeError('output', `${path}: is the input itself; give another output file`)
    }
  }
  try {
    if (!(await stat(dirname(path))).isDirectory()) throw errno('ENOTDIR')
    const found = await stat(path).catch(() => null)
    if (found?.isDirectory()) throw errno('EISDIR')
    if (!force) await refuseExisting(path)
    // Permissions alone do not tell of a read-only or full place, so a file is really made there.
    const probe = temporaryPath(path)
    removeOnExit(probe)
    await writeFlushed(probe, '\n').finally(async () => {
      await unlink(probe).catch(() => undefined)
      settled(probe)
    })
  } catch (cause) {
    throw outputError(path, cause)
  }
}

const REASONS: ReadonlyMap<string, string> = new Map([
  ['EACCES', 'permission denied; choose a folder you may write to'],
  ['EPERM', 'permission denied; choose a folder you may write to'],
  ['EROFS', 'the place is read-only; choose another'],
  ['ENOSPC', 'the disk is full; free some space or choose another place'],
  ['EDQUOT', 'the disk quota is used up; free some space or choose another place'],
  ['ENOENT', 'its folder does not exist; create it first'],
  ['ENOTDIR', 'its folder is not a folder; choose another'],
  ['EISDIR', 'is a directory; give the name of a file'],
  ['EEXIST', 'there is a file of that name; choose another'],
  ['ENAMETOOLONG', 'the name is too long; choose a shorter one'],
  ['EMFILE', 'too many files are open; close some and try again']
])

/** What went wrong while writing `path` as a one-line 'output' error; a HippospikeError stays as it is. */
export function outputError(path: string, cause: unknown): HippospikeError {
  if (cause instanceof HippospikeError) return cause
  const code = (cause as NodeJS.ErrnoException | null)?.code
  const reason =
    (code === undefined ? undefined : REASONS.get(code)) ??
    (cause instanceof Error ? cause.message : String(cause))
  return new HippospikeError('output', `${path}: cannot be written: ${reason}`, { cause })
}

async function refuseExisting(path: string): Promise<void> {
  const exists = await access(path).then(
    () => true,
    () => false
  )
  if (!exists) return
  throw new HippospikeError(
    'output',
    `${path}: exists already and is left as it is; give --force to replace it`
  )
}

async function writeFlushed(path: string, data: string | Uint8Array): Promise<void> {
  const file = await open(path, 'wx')
  try {
    await file.writeFile(data)
    await file.sync()
  } finally {
    await file.close()
  }
}

/** The rename itself is only safe once the folder is on the disk; systems that cannot flush a folder do so themselves. */
async function flushFolder(folder: string): Promise<void> {
  try {
    const handle = await open(folder, 'r')
    await handle.sync().finally(() => handle.close())
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code
    if (!['EPERM', 'EISDIR', 'EINVAL', 'EACCES', 'ENOTSUP'].includes(code ?? '')) throw cause
  }
}

function errno(code: string): NodeJS.ErrnoException {
  return Object.assign(new Error(code), { code })
}
