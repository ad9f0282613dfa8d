import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { StagesJobRequest, StagesReport } from '../../shared/api/stages'
import { HippospikeError } from '../../shared/errors'
import type { ModelManifest } from '../../shared/model'
import {
  perStage,
  stageFindingsSchema,
  STAGES,
  stagesResultSchema,
  type StageFindings,
  type StageName,
  type StagesResult
} from '../../shared/stages'
import { annOf, type FoundAnn } from '../workspace/ann-of'
import { makeFolder } from '../workspace/atomic-write'
import { boxesByHand } from '../workspace/boxes-by-hand'
import { readCase, type Case } from '../workspace/case-record'
import { assertPresent, ensureDerivatives } from '../workspace/folder'
import { resultFiles } from '../workspace/layout'
import { readManifest } from '../workspace/model-folder'
import { findModel } from '../workspace/model-list'
import { freeResultId, readResult } from '../workspace/result-record'
import { readStagesReport, writeStagesReport } from '../workspace/stages-report'
import { trashResult } from '../workspace/trash'
import { runJob } from './engine-client'
import { likeSize } from './pace-book'
import type { JobRun, Task } from './queue'
import { keepResult, modelResultName, type SegmentPlace } from './segment-case'

/** What the stages are compared with. */
export interface StagesPlace extends SegmentPlace {
  /** Data set that a plain conversion is calibrated on. */
  calibration: string
}

/** The data set among the program's resources that conversions are calibrated on: training cases, where they are there. */
export async function calibrationSet(resources: string): Promise<string> {
  const rehearsal = join(resources, 'rehearsal')
  const there = await stat(rehearsal).catch(() => null)
  return there?.isDirectory() ? rehearsal : join(resources, 'sample')
}

/**
 * The task that compares the three stages on a case. What can be known to be wrong is told at once, not when its turn comes.
 *
 * @throws MissingError for a case, model or mask that is not there; HippospikeError (usage) where the model does not spike, (input) where
 *   there is no ANN of its shape
 */
export async function stagesTask(place: StagesPlace, request: StagesJobRequest): Promise<Task> {
  const found = await readCase(place.root, request.caseId)
  const { dir, summary } = await findModel(request.snn, place.models, place.root)
  if (summary.spiking === null) {
    throw new HippospikeError(
      'usage',
      `model ${request.snn} is an ANN; choose a spiking model, which is then held against its ANN`
    )
  }
  const manifest = await readManifest(dir)
  const ann = await annOf(manifest, place.models, place.root)
  if (request.truth !== null) await readResult(place.root, request.caseId, request.truth)
  return {
    request,
    paceKey: ['stages', request.snn, likeSize(found.record.image.geometry.size)].join(' '),
    run: (job) => compareStages(place, request, { found, snn: { dir, manifest }, ann }, job)
  }
}

interface Plan {
  found: Case
  snn: { dir: string; manifest: ModelManifest }
  ann: FoundAnn
}

async function compareStages(
  { root, template, calibration, run = runJob, log }: StagesPlace,
  { caseId, truth }: StagesJobRequest,
  { found, snn, ann }: Plan,
  job: JobRun
): Promise<string> {
  await assertPresent(root)
  await ensureDerivatives(root)
  const before = await readStagesReport(root, caseId).catch(() => null)
  const timesteps = snn.manifest.spiking!.defaultTimesteps
  const ids: Record<StageName, string> = {
    ann: await freeResultId(root, caseId, ann.manifest.id),
    converted: await freeResultId(root, caseId, `${ann.manifest.id}ConvertedT${timesteps}`),
    fineTuned: await freeResultId(root, caseId, modelResultName(snn.manifest.id, timesteps))
  }
  const files = perStage((stage) => resultFiles(root, caseId, ids[stage]))
  await makeFolder(files.ann.folder)
  const result = await run({
    kind: 'stages',
    request: {
      image: found.scan,
      snn: snn.dir,
      ann: ann.dir,
      calibration,
      truth: truth === null ? null : await newestMask(root, caseId, truth),
      side: 'both' as const,
      boxes: await boxesByHand(root, caseId),
      template,
      masks: perStage((stage) => files[stage].mask),
      // A run that was killed may have left files that no sidecar names.
      force: true
    },
    runtime: null,
    resultSchema: stagesResultSchema,
    signal: job.signal,
    onProgress: (progress) => {
      job.onProgress(progress)
    },
    onLog: (_level, message) => log?.(message),
    onOutput: log
  })
  const { stages } = result
  const models: Record<StageName, Pick<ModelManifest, 'id' | 'name' | 'stage'>> = {
    ann: ann.manifest,
    converted: {
      id: stages.converted.model,
      name: `Plain conversion of ${ann.manifest.name}`,
      stage: 'converted'
    },
    fineTuned: snn.manifest
  }
  for (const stage of STAGES) {
    await keepResult(root, caseId, ids[stage], files[stage], models[stage], stages[stage])
  }
  await writeStagesReport(root, {
    ...findingsOf(result),
    warnings: [...(ann.warning === null ? [] : [ann.warning]), ...result.warnings],
    caseId,
    truth,
    createdAt: new Date().toISOString(),
    results: ids
  })
  if (before !== null) await trashUntouched(root, caseId, before)
  return ids.fineTuned
}

/** The part of the engine's result that the report repeats. */
function findingsOf(result: StagesResult): StageFindings {
  return stageFindingsSchema.strip().parse(result)
}

async function newestMask(root: string, caseId: string, id: string): Promise<string> {
  const { versions } = await readResult(root, caseId, id)
  return resultFiles(root, caseId, id).version(versions.at(-1)!.version)
}

/** The results of the look before make room for the new ones, but for those that somebody has worked on. */
async function trashUntouched(
  root: string,
  caseId: string,
  { results }: StagesReport
): Promise<void> {
  for (const stage of STAGES) {
    const id = results[stage]
    const result = id === null ? null : await readResult(root, caseId, id).catch(() => null)
    if (result === null || result.versions.length > 1 || result.approved !== null) continue
    await trashResult(root, caseId, result.id)
  }
}
