import { randomUUID } from 'node:crypto'
import { readdir, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { NewRunRequest } from '../../../shared/api/training'
import { runRecordSchema, type RunRecord, type TrainingPlan } from '../../../shared/training'
import { VERSION } from '../../../shared/version'
import { makeFolder, outputError } from '../../workspace/atomic-write'
import { defaultModel } from '../../workspace/default-model'
import { ensureDerivatives } from '../../workspace/folder'
import { writeJson } from '../../workspace/json-file'
import { filesIn, runsFolder } from '../../workspace/run-files'
import type { RunStatus, StoredRun } from '../../workspace/run-store'
import { modelIdOf } from '../../workspace/model-id'
import { isRunning } from '../../workspace/temporary-file'
import { writeTrainingSet } from '../../workspace/training-set'
import { shippedModels } from '../segment-case'
import type { TrainingSetEngine } from '../training-set'
import { thisProcess } from './live-run'
import { sourcesOf } from './places'
import { seededPlan } from './stages'

/** A run's folder before it is whole: `.new-<process id>-<random>`. */
const NEW = /^\.new-(\d+)-/

/**
 * Makes the folder of a run: its data set, cut from the masks as they are now, and its records. It is there whole or not at all.
 *
 * @throws HippospikeError where the plan or its cases cannot be trained with
 */
export async function makeRun(
  root: string,
  resources: string,
  { name, caseIds, plan, seed }: NewRunRequest,
  engine: TrainingSetEngine
): Promise<StoredRun> {
  const seeded = seededPlan(plan, seed)
  await checkSettings(seeded)
  await sourcesOf(seeded, resources, root)
  const baseline =
    plan.kind === 'fine-tune' ? plan.model : (await defaultModel(shippedModels(resources), root)).id
  await ensureDerivatives(root)
  const runs = runsFolder(root)
  await makeFolder(runs)
  await removeUnfinished(runs)
  const partial = filesIn(join(runs, `.new-${process.pid}-${randomUUID()}`))
  try {
    await makeFolder(partial.folder)
    const written = await writeTrainingSet(root, caseIds, seed, partial.data, engine)
    const now = new Date().toISOString()
    const id = await freeRunId(runs, `${now.slice(0, 10)}-${modelIdOf(name)}`)
    const record: RunRecord = runRecordSchema.parse({
      format: 'hippospike-run',
      version: 1,
      program: VERSION,
      id,
      name,
      createdAt: now,
      plan: seeded,
      cases: written.cases,
      dataSha256: written.dataSha256
    } satisfies RunRecord)
    const status: RunStatus = {
      format: 'hippospike-run-state',
      version: 1,
      state: 'queued',
      baseline,
      fraction: 0,
      seconds: 0,
      problem: null,
      decision: 'open',
      modelId: null,
      process: thisProcess(),
      updatedAt: now
    }
    await writeJson(partial.state, status)
    await writeJson(partial.record, record)
    await rename(partial.folder, join(runs, id)).catch((cause: unknown) => {
      throw outputError(join(runs, id), cause)
    })
    return { record, status, verdict: null }
  } finally {
    await rm(partial.folder, { recursive: true, force: true }).catch(() => undefined)
  }
}

/** @throws HippospikeError (usage) naming the first setting that does not fit */
async function checkSettings(plan: TrainingPlan): Promise<void> {
  // Loaded when it is needed: the schemas name what only the engine's numerics know.
  const { annSettingsSchema, finetuneSettingsSchema, parseSettings } =
    await import('../../engine/training/settings')
  parseSettings(finetuneSettingsSchema, plan.finetune)
  if (plan.kind === 'scheme') parseSettings(annSettingsSchema, plan.train)
}

async function freeRunId(runs: string, wished: string): Promise<string> {
  for (let n = 1; ; n++) {
    const id = n === 1 ? wished : `${wished}-${n}`
    if ((await stat(join(runs, id)).catch(() => null)) === null) return id
  }
}

/** Removes what a program that was killed has left. */
async function removeUnfinished(runs: string): Promise<void> {
  for (const name of await readdir(runs)) {
    const pid = NEW.exec(name)?.[1]
    if (pid === undefined || isRunning(Number(pid))) continue
    await rm(join(runs, name), { recursive: true, force: true }).catch(() => undefined)
  }
}
