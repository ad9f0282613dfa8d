import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { constants, createGunzip, gunzipSync } from 'node:zlib'
import { HippospikeError } from '../../shared/errors'
import { badInput } from './image-checks'
import { readStart } from './read-start'

/** Enough compressed bytes to hold any header read here, however badly it compresses. */
const HEAD_BYTES = 4096
/** Unpacked at a time. */
const PIECE_BYTES = 2 ** 20
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
  const head = await startOf(path, HEAD_BYTES)
  const compressed = head[0] === 0x1f && head[1] === 0x8b
  if (!compressed) return { bytes: head, compressed }
  try {
    return { bytes: gunzipSync(head, { finishFlush: constants.Z_SYNC_FLUSH }), compressed }
  } catch (cause) {
    throw damaged(path, cause)
  }
}

/**
 * Reads the bytes that a file's header declares, unpacked where it is gzip.
 *
 * @param needed how many; the file may hold a little more
 * @throws HippospikeError (input) where it is damaged, holds less or unpacks to far more
 */
export async function readContent(path: string, head: Head, needed: number): Promise<Uint8Array> {
  const content = head.compressed ? await inflate(path, needed) : await startOf(path, needed)
  if (content.length >= needed) return content
  throw badInput(
    path,
    `is truncated: it holds ${content.length} of the ${needed} bytes its header declares; copy or download it again`
  )
}

async function startOf(path: string, limit: number): Promise<Uint8Array> {
  try {
    return await readStart(path, limit)
  } catch (cause) {
    throw unreadable(path, cause)
  }
}

async function inflate(path: string, needed: number): Promise<Uint8Array> {
  const most = needed + TRAILING_BYTES
  // Packing makes nothing larger that is worth the name.
  if ((await stat(path)).size > most) throw tooLong(path, needed)
  // Filled as it comes: what is unpacked of a large head would else be in memory twice. The system gives the memory out as it is used, not where a header lies.
  const content = new Uint8Array(needed)
  let length = 0
  const into = new Writable({
    write(piece: Uint8Array, _, done) {
      if (length < needed) content.set(piece.subarray(0, needed - length), length)
      length += piece.length
      done(length > most ? tooLong(path, needed) : null)
    }
  })
  try {
    await pipeline(
      createReadStream(path, { highWaterMark: PIECE_BYTES }),
      createGunzip({ chunkSize: PIECE_BYTES }),
      into
    )
    return content.subarray(0, Math.min(length, needed))
  } catch (cause) {
    if (cause instanceof HippospikeError) throw cause
    const { code, syscall } = cause as NodeJS.ErrnoException
    if (syscall !== undefined) throw unreadable(path, cause)
    if (code === 'Z_BUF_ERROR') {
      throw badInput(
        path,
        'is truncated: its gzip data end early; copy or download it again',
        cause
      )
    }
    throw damaged(path, cause)
  }
}

function tooLong(path: string, needed: number): HippospikeError {
  return badInput(
    path,
    `unpacks to far more than the ${needed} bytes its header declares; export it again`
  )
}

function unreadable(path: string, cause: unknown): HippospikeError {
  return badInput(path, `cannot be read (${(cause as Error).message})`, cause)
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
