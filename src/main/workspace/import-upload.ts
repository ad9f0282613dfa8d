import { randomUUID } from 'node:crypto'
import { rm, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { ImportOutcome } from '../../shared/api/cases'
import { makeFolder, outputError } from './atomic-write'
import { assertPresent } from './folder'
import { importScan, type ImportOptions } from './import-scan'
import { incomingFolder } from './layout'

/** The bytes of a file on their way to a reader that wants a file. */
export async function withUploadedFile<T>(
  root: string,
  name: string,
  body: Uint8Array,
  use: (path: string) => Promise<T>
): Promise<T> {
  await assertPresent(root)
  // The name decides the format, and no more than its last part of it.
  const safe = basename(name.replace(/\\/g, '/')).replace(/^\.+/, '') || 'upload'
  const folder = join(incomingFolder(root), randomUUID())
  const path = join(folder, safe)
  await makeFolder(folder)
  try {
    await writeFile(path, body, { flag: 'wx' }).catch((cause: unknown) => {
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
  body: Uint8Array,
  options: ImportOptions = {}
): Promise<ImportOutcome> {
  return withUploadedFile(root, name, body, async (path) => {
    const outcome = await importScan(root, path, basename(path), options)
    // The path is one of ours, which means nothing to the user.
    const problem = outcome.problem?.replaceAll(path, basename(path)) ?? null
    return { ...outcome, problem }
  })
}
