import { readdir, stat } from 'node:fs/promises'
import { z } from 'zod'
import {
  runRecordSchema,
  runStateSchema,
  verdictSchema,
  type RunRecord,
  type Verdict
} from '../../shared/training'
import { assertPresent } from './folder'
import { readJson, readJsonOrNull, writeJson } from './json-file'
import { MissingError } from './missing'
import { RUN_ID, runFiles, runsFolder } from './run-files'

/** `state.json`: what changes of a run. */
export const runStatusSchema = z.strictObject({
  format: z.literal('hippospike-run-state'),
  version: z.literal(1),
  state: runStateSchema,
  /** Model that the run's own is compared with. */
  baseline: z.string(),
  /** Of the whole run, 0 to 1. */
  fraction: z.number(),
  /** Of work so far. */
  seconds: z.number(),
  problem: z.string().nullable(),
  decision: z.enum(['open', 'accepted', 'discarded']),
  /** Of the workspace, once accepted. */
  modelId: z.string().nullable(),
  /** Who works on it, or did. */
  process: z.strictObject({ host: z.string(), pid: z.int() }),
  updatedAt: z.string()
})
export type RunStatus = z.infer<typeof runStatusSchema>

/** A run as its folder has it. */
export interface StoredRun {
  record: RunRecord
  status: RunStatus
  verdict: Verdict | null
}

/** The runs of a workspace, the newest first. Those that cannot be read are left out; `onDamaged` hears why. */
export async function listRuns(
  root: string,
  onDamaged: (id: string, problem: unknown) => void = () => undefined
): Promise<StoredRun[]> {
  await assertPresent(root)
  const names = await readdir(runsFolder(root)).catch(() => [] as string[])
  const found = await Promise.all(
    names
      .filter((name) => RUN_ID.test(name))
      .map((id) =>
        readRun(root, id).catch((problem: unknown) => {
          onDamaged(id, problem)
          return null
        })
      )
  )
  return found
    .filter((run) => run !== null)
    .sort((a, b) => (a.record.createdAt < b.record.createdAt ? 1 : -1))
}

/** @throws MissingError where there is no such run; HippospikeError (input) where its files are damaged */
export async function readRun(root: string, id: string): Promise<StoredRun> {
  await assertPresent(root)
  const files = runFiles(root, id)
  const record = RUN_ID.test(id) ? await readJson(files.record, runRecordSchema) : null
  if (record === null) throw missingRun(id)
  const status = await readJson(files.state, runStatusSchema)
  if (status === null) throw missingRun(id)
  return { record, status, verdict: await readJsonOrNull(files.verdict, verdictSchema) }
}

export function missingRun(id: string): MissingError {
  return new MissingError(`there is no training run ${id}; it may have been removed`)
}

/** Writes `state.json`, whole or not at all. */
export async function writeRunStatus(root: string, id: string, status: RunStatus): Promise<void> {
  const { folder, state } = runFiles(root, id)
  // A run that was removed must not come back as half of one.
  if ((await stat(folder).catch(() => null)) === null) throw missingRun(id)
  await writeJson(state, status)
}
