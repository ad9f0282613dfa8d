import { randomUUID } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { ReadableStream as NodeStream } from 'node:stream/web'
import type { ImportOutcome } from '../../shared/api/cases'
import { makeFolder, outputError } from './atomic-write'
import { assertPresent } from './folder'
import { importScan } from './import-scan'
import { incomingFolder } from './layout'

/** The bytes of a file on their way to a reader that wants a file. */
export async function withUploadedFile<T>(
  root: string,
  name: string,
  body: ReadableStream<Uint8Array> | null,
  use: (path: string) => Promise<T>
): Promise<T> {
  await assertPresent(root)
  // The name decides the format, and no more than its last part of it.
  const safe = basename(name.replace(/\\/g, '/')).replace(/^\.+/, '') || 'upload'
  const folder = join(incomingFolder(root), randomUUID())
  const path = join(folder, safe)
  await makeFolder(folder)
  try {
    const source = body === null ? Readable.from([]) : Readable.fromWeb(body as NodeStream)
    await pipeline(source, createWriteStream(path, { flags: 'wx' })).catch((cause: unknown) => {
      throw outputError(path, cause)
    })
    return await use(path)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Imports a scan that arrives as bytes. */
export async function importUpload(
  root: string,
  name: string,
  body: ReadableStream<Uint8Array> | null
): Promise<ImportOutcome> {
  return withUploadedFile(root, name, body, async (path) => {
    const outcome = await importScan(root, path, basename(path))
    // The path is one of ours, which means nothing to the user.
    const problem = outcome.problem?.replaceAll(path, basename(path)) ?? null
    return { ...outcome, problem }
  })
}
