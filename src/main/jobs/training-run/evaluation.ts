import { openDataset } from '../../imaging/dataset'
import { readJsonOrNull, writeJson } from '../../workspace/json-file'
import { readManifest } from '../../workspace/model-folder'
import { EVALUATIONS, type EvaluationName, type RunFiles } from '../../workspace/run-files'
import {
  evaluateResultSchema,
  type EvaluateRequest,
  type EvaluateResult
} from '../../../shared/jobs'
import type { Progress } from '../../../shared/engine-protocol'
import type { RunRecord, Verdict } from '../../../shared/training'
import type { EngineCall } from './engine-call'
import { verdictOf } from './verdict'
import { z } from 'zod'

/** An evaluation as its file keeps it: worth something for as long as the model and the cases are these. */
const keptSchema = z.strictObject({
  about: z.strictObject({
    weightsSha256: z.string(),
    dataSha256: z.string(),
    timesteps: z.number().nullable()
  }),
  result: evaluateResultSchema
})

/** Folders that a verdict is about. */
export interface EvaluationPlaces {
  /** Of the model before, and the one after. */
  before: string
  after: string
  /** Of the cases that come with the program. */
  reference: string
}

/**
 * Scores the model before and the model after on the held-out cases and on those that come with the program. What an earlier session has
 * scored is not scored again.
 *
 * @param onProgress hears a fraction of all evaluations
 */
export async function evaluateRun(
  record: RunRecord,
  files: RunFiles,
  places: EvaluationPlaces,
  call: EngineCall,
  onProgress: (progress: Progress) => void
): Promise<Verdict> {
  const hasTest = record.cases.some(({ part }) => part === 'test')
  const names = EVALUATIONS.filter((name) => hasTest || !name.startsWith('site'))
  const found = new Map<EvaluationName, EvaluateResult>()
  for (const [n, name] of names.entries()) {
    const model = name.endsWith('before') ? places.before : places.after
    const plan: Planned = {
      data: name.startsWith('site') ? files.data : places.reference,
      split: name.startsWith('site') ? 'test' : 'all',
      model,
      timesteps: timestepsOf(record, model === places.before)
    }
    const scored = await evaluation(files.evaluation(name), plan, call, (progress) => {
      const fraction = (n + (progress.fraction ?? 0)) / names.length
      onProgress({
        ...progress,
        stage: 'evaluate',
        fraction,
        message: `${WHAT[name]}: ${progress.message}`
      })
    })
    found.set(name, scored)
  }
  return verdictOf(record.cases, (name) => found.get(name) ?? null)
}

const WHAT: Readonly<Record<EvaluationName, string>> = {
  'site-before': 'your held-out cases, before',
  'site-after': 'your held-out cases, after',
  'reference-before': 'reference cases, before',
  'reference-after': 'reference cases, after'
}

type Planned = Pick<EvaluateRequest, 'data' | 'split' | 'model' | 'timesteps'>

/** The number that was tuned for; of what the whole scheme is compared with, its own. Null for the model's default. */
function timestepsOf({ plan }: RunRecord, isBefore: boolean): number | null {
  return plan.kind === 'scheme' && isBefore ? null : plan.timesteps
}

async function evaluation(
  path: string,
  plan: Planned,
  call: EngineCall,
  onProgress: (progress: Progress) => void
): Promise<EvaluateResult> {
  const about = {
    weightsSha256: (await readManifest(plan.model)).weightsSha256,
    dataSha256: (await openDataset(plan.data)).datasetHash,
    timesteps: plan.timesteps
  }
  const kept = await readJsonOrNull(path, keptSchema)
  if (kept !== null && JSON.stringify(kept.about) === JSON.stringify(about)) return kept.result
  const result = await call({
    kind: 'evaluate',
    request: {
      ...plan,
      precision: null,
      earlyExit: null,
      threads: null
    } satisfies EvaluateRequest,
    // The fastest for the model, whatever trained it.
    runtime: null,
    resultSchema: evaluateResultSchema,
    onProgress
  })
  await writeJson(path, { about, result } satisfies z.infer<typeof keptSchema>)
  return result
}
