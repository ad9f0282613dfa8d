import { modelResultSchema } from '../../../shared/jobs'
import { HippospikeError } from '../../../shared/errors'
import type { RunRecord } from '../../../shared/training'
import type { Progress } from '../../../shared/engine-protocol'
import { openDataset } from '../../imaging/dataset'
import { readJsonOrNull, writeJson } from '../../workspace/json-file'
import { readManifest } from '../../workspace/model-folder'
import { findModel } from '../../workspace/model-list'
import { runFiles, type RunFiles } from '../../workspace/run-files'
import type { JobRun } from '../queue'
import { shippedModels } from '../segment-case'
import type { EngineCall } from './engine-call'
import { evaluateRun } from './evaluation'
import type { LiveRun } from './live-run'
import { legsOf, measurePace, paceSchema, type KnownMeasures, type Pace } from './pace'
import { referenceSet, sourcesOf } from './places'
import { Progression } from './progression'
import { setSizes } from './set-sizes'
import { stageCalls, type StageCall, type StageSources } from './stages'
import type { RunHappening } from './transitions'

const BEGINS: Readonly<Record<StageCall['state'], RunHappening>> = {
  ann: 'train',
  converting: 'convert',
  'fine-tuning': 'tune'
}

/** Stages of an engine's job that its own work begins after. */
const PREPARING = new Set(['load', 'start'])

/**
 * Takes a run from where it is to its verdict. Stages that have made their model are not done again, and one that was interrupted goes on from
 * its checkpoint.
 *
 * @throws HippospikeError of whatever kind stopped it
 */
export async function work(
  live: LiveRun,
  job: JobRun,
  call: EngineCall,
  resources: string,
  known: KnownMeasures
): Promise<void> {
  const { record, root } = live
  const files = runFiles(root, record.id)
  await live.happen('start')
  live.advance(null, 'checking the data', job)
  await checkData(record, files)
  const sources = await sourcesOf(record.plan, resources, root)
  live.advance(null, 'measuring a step', job)
  const pace = await paceOf(record, files, sources, call, known)
  const sizes = await setSizes(record.cases, sources.rehearsal, referenceSet(resources))
  live.follow(new Progression(legsOf(pace, sizes), () => performance.now() / 1000))

  const onProgress = ({ stage, fraction, message }: Progress): void => {
    live.advance(PREPARING.has(stage) ? null : fraction, message, job)
  }
  for (const stage of stageCalls(record.plan, files, sources)) {
    if (await isMade(stage.out)) continue
    await live.happen(BEGINS[stage.state])
    await call({
      kind: stage.kind,
      request: stage.request,
      runtime: record.plan.runtime,
      resultSchema: modelResultSchema,
      onProgress
    })
  }
  await live.happen('evaluate')
  const before = await findModel(live.baseline, shippedModels(resources), root)
  const verdict = await evaluateRun(
    record,
    files,
    { before: before.dir, after: files.snn, reference: referenceSet(resources) },
    call,
    onProgress
  )
  await writeJson(files.verdict, verdict)
  await live.finish(verdict)
}

/** The measured pace of a run: once for all of its sessions. */
async function paceOf(
  { plan }: RunRecord,
  files: RunFiles,
  sources: StageSources,
  call: EngineCall,
  known: KnownMeasures
): Promise<Pace> {
  const kept = await readJsonOrNull(files.pace, paceSchema)
  if (kept !== null) return kept
  const pace = await measurePace(plan, sources, call, known)
  await writeJson(files.pace, pace)
  return pace
}

/** @throws HippospikeError (input) where the data set is no longer the one that the run began with */
async function checkData({ dataSha256 }: RunRecord, { data }: RunFiles): Promise<void> {
  const { datasetHash } = await openDataset(data)
  if (datasetHash === dataSha256) return
  throw new HippospikeError(
    'input',
    `${data}: is not the data that this run began with; restore it, or start a new run`
  )
}

async function isMade(dir: string): Promise<boolean> {
  return readManifest(dir).then(
    () => true,
    () => false
  )
}
