import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { SegmentJobRequest } from '../../shared/api/jobs'
import { HippospikeError } from '../../shared/errors'
import type { Geometry } from '../../shared/geometry'
import { segmentResultSchema, type SegmentRequest, type SegmentResult } from '../../shared/jobs'
import type { ModelManifest } from '../../shared/model'
import { RUNTIMES, runtimeSchema, type Runtime } from '../../shared/runtime'
import { isCropSized } from '../../shared/crop-size'
import { makeFolder, writeFileAtomic } from '../workspace/atomic-write'
import { wasLocated } from '../workspace/boxes-by-hand'
import { readCase } from '../workspace/case-record'
import { assertPresent, ensureDerivatives } from '../workspace/folder'
import { resultFiles, type ResultFiles } from '../workspace/layout'
import { findModel, type FoundModel } from '../workspace/model-list'
import { freeResultId, writeResultRecord, type ResultRecord } from '../workspace/result-record'
import { runJob, type JobCall } from './engine-client'
import { likeSize } from './pace-book'
import type { JobRun, Task } from './queue'

/** Runs a job in an engine process. */
export type RunJob = <Res>(call: JobCall<Res>) => Promise<Res>

/** What a case is segmented with. */
export interface SegmentPlace {
  root: string
  /** Folder of the models that come with the program. */
  models: string
  /** Folder of the template that heads are registered to. */
  template: string
  run?: RunJob
  /** Hears what the engine prints. */
  log?: ((line: string) => void) | undefined
}

/**
 * The task that segments a case. What can be known to be wrong is told at once, not when its turn comes.
 *
 * @throws MissingError for a case or model that is not there; HippospikeError (usage) for timesteps of an ANN, or a runtime that is
 *   none
 */
export async function segmentTask(
  { root, models, template, run = runJob, log }: SegmentPlace,
  request: SegmentJobRequest
): Promise<Task> {
  const { scan, record } = await readCase(root, request.caseId)
  const model = await findModel(request.model, models, root)
  const { spiking } = model.summary
  if (spiking === null && request.timesteps !== null) {
    throw new HippospikeError(
      'usage',
      `model ${request.model} is an ANN and has no timesteps; leave them out`
    )
  }
  const runtime = request.runtime === null ? null : runtimeOf(request.runtime)
  const timesteps = spiking && (request.timesteps ?? spiking.defaultTimesteps)
  return {
    request,
    paceKey: [
      'segment',
      model.summary.id,
      timesteps,
      runtime,
      request.side,
      request.boxes === null ? 'located' : 'boxes',
      likeSize(record.image.geometry.size)
    ].join(' '),
    run: (job) =>
      segmentCase(
        {
          root,
          template,
          run,
          log,
          scan,
          geometry: record.image.geometry,
          model,
          timesteps,
          runtime
        },
        request,
        job
      )
  }
}

interface Plan {
  root: string
  template: string
  run: RunJob
  log: SegmentPlace['log']
  scan: string
  /** Of the scan. */
  geometry: Geometry
  model: FoundModel
  timesteps: number | null
  runtime: Runtime | null
}

async function segmentCase(
  { root, template, run, log, scan, geometry, model, timesteps, runtime }: Plan,
  { caseId, side, boxes }: SegmentJobRequest,
  job: JobRun
): Promise<string> {
  await assertPresent(root)
  await ensureDerivatives(root)
  const id = await freeResultId(root, caseId, modelResultName(model.summary.id, timesteps))
  const files = resultFiles(root, caseId, id)
  await makeFolder(files.folder)
  const request: SegmentRequest = {
    image: scan,
    out: files.mask,
    model: model.dir,
    timesteps,
    precision: null,
    earlyExit: null,
    threads: null,
    // Those of a head are as large as five scans.
    probabilities: isCropSized(geometry) ? files.probabilities : null,
    spikes: null,
    spikeStore: timesteps === null ? null : files.spikes,
    roi: 'auto',
    side,
    labels: 'native',
    boxes,
    isKnownHead: boxes !== null && (await wasLocated(root, caseId)),
    template,
    repairGeometry: false,
    // A run that was killed may have left files that no sidecar names.
    force: true
  }
  const result = await run({
    kind: 'segment',
    request,
    runtime,
    resultSchema: segmentResultSchema,
    signal: job.signal,
    onProgress: (progress) => {
      job.onProgress(progress)
    },
    onLog: (_level, message) => log?.(message),
    onOutput: log
  })
  await keepResult(root, caseId, id, files, model.summary, result)
  return id
}

/** Makes a result of what the engine has written: its mask is the first version. */
export async function keepResult(
  root: string,
  caseId: string,
  id: string,
  files: ResultFiles,
  model: Pick<ModelManifest, 'id' | 'name' | 'stage'>,
  result: Omit<SegmentResult, 'out'>
): Promise<void> {
  await writeFileAtomic(files.version(1), await readFile(files.mask))
  await writeResultRecord(root, caseId, id, modelRecord(model, result))
}

/** What is kept of a segmentation by a model. */
export function modelRecord(
  { id, name, stage }: Pick<ModelManifest, 'id' | 'name' | 'stage'>,
  result: Omit<SegmentResult, 'out'>
): ResultRecord {
  const now = new Date().toISOString()
  const { timestepsRun, runtime, seconds } = result
  const steps = timestepsRun === null ? '' : `, T=${timestepsRun}`
  return {
    name: `${name}${steps}`,
    kind: 'model',
    model: id,
    stage,
    timesteps: timestepsRun,
    createdAt: now,
    volumesMm3: result.volumesMm3,
    head: result.head,
    confidence: result.confidence,
    cost: {
      seconds,
      runtime,
      meanFiringRate: result.meanFiringRate,
      synapticOperations: result.synapticOperations,
      macs: result.macs,
      energyRatio: result.energyRatio
    },
    warnings: result.warnings,
    versions: [
      {
        version: 1,
        savedAt: now,
        by: id,
        how: `segmented on ${runtime}`,
        changedVoxels: null
      }
    ],
    approved: null
  }
}

/** `snn` at four timesteps is `snnT4`. */
export function modelResultName(id: string, timesteps: number | null): string {
  return timesteps === null ? id : `${id}T${timesteps}`
}

function runtimeOf(text: string): Runtime {
  const parsed = runtimeSchema.safeParse(text)
  if (parsed.success) return parsed.data
  throw new HippospikeError(
    'usage',
    `there is no runtime ${text}; choose one of ${RUNTIMES.join(', ')}`
  )
}

/** Folder of the template that comes with the program. */
export function shippedTemplate(resources: string): string {
  return join(resources, 'template')
}

/** Folder of the models that come with the program. */
export function shippedModels(resources: string): string {
  return join(resources, 'models')
}
