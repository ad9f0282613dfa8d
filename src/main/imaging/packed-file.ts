import { open, readFile, type FileHandle } from 'node:fs/promises'
import { promisify } from 'node:util'
import { constants, gunzip, gunzipSync } from 'node:zlib'
import { badInput } from './image-checks'

const gunzipAsync = promisify(gunzip)

/** Enough compressed bytes to hold any header read here, however badly it compresses. */
const HEAD_BYTES = 4096
/** Bytes after the voxels that are ignored, as other readers do; more is a file that is not what it says. */
const TRAILING_BYTES = 2 ** 26

/** The first bytes of a file, unpacked where it is gzip (told by its content, not its name). */
export interface Head {
  bytes: Uint8Array
  compressed: boolean
}

/**
 * Reads the start of a file: enough for its header, so that it can be judged before memory is spent on its voxels.
 *
 * @throws HippospikeError (input) where gzip data are damaged from the start
 */
export async function readHead(path: string): Promise<Head> {
  let file: FileHandle | undefined
  let head: Uint8Array
  try {
    file = await open(path)
    const { buffer, bytesRead } = await file.read(new Uint8Array(HEAD_BYTES), 0, HEAD_BYTES, 0)
    head = buffer.subarray(0, bytesRead)
  } catch (cause) {
    throw badInput(path, `cannot be read (${(cause as Error).message})`, cause)
  } finally {
    await file?.close()
  }
  const compressed = head[0] === 0x1f && head[1] === 0x8b
  if (!compressed) return { bytes: head, compressed }
  try {
    return { bytes: gunzipSync(head, { finishFlush: constants.Z_SYNC_FLUSH }), compressed }
  } catch (cause) {
    throw damaged(path, cause)
  }
}

/**
 * Reads a whole file, unpacked where it is gzip.
 *
 * @param needed bytes its header declares; the file may hold a little more
 * @throws HippospikeError (input) where it is damaged, holds less or unpacks to far more
 */
export async function readContent(path: string, head: Head, needed: number): Promise<Uint8Array> {
  const stored = await readFile(path)
  const content = head.compressed ? await inflate(path, stored, needed) : stored
  if (content.length >= needed) return content
  throw badInput(
    path,
    `is truncated: it holds ${content.length} of the ${needed} bytes its header declares; copy or download it again`
  )
}

async function inflate(path: string, stored: Uint8Array, needed: number): Promise<Uint8Array> {
  try {
    return await gunzipAsync(stored, { maxOutputLength: needed + TRAILING_BYTES })
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code
    if (code === 'Z_BUF_ERROR') {
      throw badInput(
        path,
        'is truncated: its gzip data end early; copy or download it again',
        cause
      )
    }
    if (code === 'ERR_BUFFER_TOO_LARGE') {
      throw badInput(
        path,
        `unpacks to far more than the ${needed} bytes its header declares; export it again`,
        cause
      )
    }
    throw damaged(path, cause)
  }
}

function damaged(path: string, cause: unknown): Error {
  return badInput(
    path,
    'is damaged: its gzip data cannot be unpacked; copy or download it again',
    cause
  )
}

/** Whether the bytes are plain text, as of a renamed note or an error page. */
export function looksLikeText(bytes: Uint8Array): boolean {
  return bytes.length > 0 && bytes.subarray(0, 64).every((byte) => byte >= 9 && byte < 127)
}
