import { readFile, stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { z } from 'zod'
import { commandRunSchema } from '../../../../shared/command-run'
import { HippospikeError } from '../../../../shared/errors'
import { firstIssue, oneLine } from '../../../../shared/issues'
import { runRecordSchema } from '../../../../shared/training'
import { RUN_FILE } from '../command-run'
import type { CliHost } from '../host'
import { planOfApp } from './from-app'
import { planOfCommand } from './from-command'
import type { ReplayOptions, ReplayPlan } from './plan'

const NEWEST = 1
const headSchema = z.looseObject({ format: z.string(), version: z.int() })
const runSchema = z.discriminatedUnion('format', [commandRunSchema, runRecordSchema])

/**
 * The run.json that a path names: the file, or the folder with it.
 *
 * @throws HippospikeError (input) where there is none
 */
export async function runFile(path: string): Promise<string> {
  const found = await stat(path).catch((cause: unknown) => {
    throw new HippospikeError('input', `${path}: is not there; give a ${RUN_FILE} or its folder`, {
      cause
    })
  })
  return found.isDirectory() ? join(resolve(path), RUN_FILE) : resolve(path)
}

/**
 * Reads a run.json, of the command line or of the app.
 *
 * @throws HippospikeError (input) for one that is damaged, foreign or newer
 */
export async function readRun(
  host: CliHost,
  file: string,
  options: ReplayOptions
): Promise<ReplayPlan> {
  let json: unknown
  try {
    json = JSON.parse(await readFile(file, 'utf8'))
  } catch (cause) {
    const why = oneLine(cause instanceof Error ? cause.message : String(cause))
    throw new HippospikeError('input', `${file}: cannot be read as a run (${why})`, { cause })
  }
  const head = headSchema.safeParse(json)
  if (head.success && head.data.version > NEWEST) {
    throw new HippospikeError(
      'input',
      `${file} has version ${head.data.version}, this program reads up to ${NEWEST}; update Hippospike`
    )
  }
  const run = runSchema.safeParse(json)
  if (!run.success) {
    throw new HippospikeError('input', `${file}: is not a run: ${firstIssue(run.error)}`)
  }
  return run.data.format === 'hippospike-run'
    ? planOfApp(host, file, run.data, options)
    : planOfCommand(host, file, run.data, options)
}
