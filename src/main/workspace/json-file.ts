import { readFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { z } from 'zod'
import { HippospikeError } from '../../shared/errors'
import { firstIssue, oneLine } from '../../shared/issues'
import { makeFolder, writeFileAtomic, type WriteOptions } from './atomic-write'

/**
 * Reads a JSON file; null where there is none.
 *
 * @throws HippospikeError (input) where it is no JSON, or does not fit the schema
 */
export async function readJson<T>(path: string, schema: z.ZodType<T>): Promise<T | null> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code
    if (code === 'ENOENT' || code === 'ENOTDIR') return null
    throw new HippospikeError('input', `${path}: cannot be read (${code ?? String(cause)})`, {
      cause
    })
  }
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (cause) {
    const why = oneLine(cause instanceof Error ? cause.message : String(cause))
    throw new HippospikeError('input', `${path}: is not JSON (${why}); restore or remove it`, {
      cause
    })
  }
  const parsed = schema.safeParse(json)
  if (parsed.success) return parsed.data
  throw new HippospikeError(
    'input',
    `${path}: is not as expected (${firstIssue(parsed.error)}); restore or remove it`
  )
}

/** As {@link readJson}, for what is no loss: a file that does not fit counts as none. */
export async function readJsonOrNull<T>(path: string, schema: z.ZodType<T>): Promise<T | null> {
  return readJson(path, schema).catch(() => null)
}

/** Writes a JSON file, whole or not at all; its folder is made. */
export async function writeJson(
  path: string,
  value: unknown,
  options: WriteOptions = {}
): Promise<void> {
  await makeFolder(dirname(path), options.outputs)
  await writeFileAtomic(path, `${JSON.stringify(value, null, 2)}\n`, options)
}
