import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { HippospikeError, toHippospikeError, type FailureKind } from '../../shared/errors'
import { oneLine } from '../../shared/issues'
import { segmentResultSchema, type SegmentRequest } from '../../shared/jobs'
import type { JobCall } from '../jobs/engine-client'
import { modelRecord, type RunJob } from '../jobs/segment-case'
import { makeFolder, writeFileAtomic } from '../workspace/atomic-write'
import { wholeBySide } from '../workspace/cases'
import { SOURCE_LINK } from '../workspace/folder'
import { writeJson } from '../workspace/json-file'
import { writeSidecar, type ResultRecord } from '../workspace/result-record'
import { inParallel } from './engines'
import { scanFiles, type ScanError, type ScanFiles } from './outputs'
import type { BatchPlan } from './plan'
import { existingResult } from './resume'
import type { BidsScan } from '../workspace/bids-scans'

const KEPT =
  'the mask was corrected by hand and is left as it is; remove its files to have it made anew'

/** How a scan ended. */
export interface ScanOutcome {
  participant: string
  session: string | null
  /** From the folder of the dataset. */
  scan: string
  state: 'segmented' | 'skipped' | 'failed'
  /** Null where it failed. */
  mask: string | null
  /** Null where nothing was segmented. */
  seconds: number | null
  /** Null where it failed, and of a crop. */
  wholeMm3: { left: number | null; right: number | null } | null
  warnings: string[]
  error: { kind: FailureKind; message: string } | null
}

export interface BatchRun {
  run: RunJob
  jobs: number
  signal: AbortSignal
  /** A scan has been begun. */
  onStart(scan: BidsScan): void
  onEnd(scan: BidsScan, outcome: ScanOutcome): void
  onLog?: JobCall<unknown>['onLog']
  onOutput?: JobCall<unknown>['onOutput']
}

/**
 * Segments scans, several at a time, into the derivative dataset. What fails is told by its outcome and by an error file, and stops no other.
 *
 * @returns in the order of the scans
 * @throws HippospikeError (cancelled) after an abort, once every engine has ended: what was done stays, and the next run goes on from there
 */
export async function runParticipants(
  scans: readonly BidsScan[],
  plan: BatchPlan,
  batch: BatchRun
): Promise<ScanOutcome[]> {
  const outcomes = new Map<BidsScan, ScanOutcome>()
  await inParallel(scans, batch.jobs, batch.signal, async (scan) => {
    batch.onStart(scan)
    const outcome = await outcomeOf(scan, plan, batch)
    if (outcome === null) return
    outcomes.set(scan, outcome)
    batch.onEnd(scan, outcome)
  })
  if (batch.signal.aborted) throw new HippospikeError('cancelled', 'cancelled')
  return scans.map((scan) => outcomes.get(scan)!)
}

/** @returns null where it was cancelled */
async function outcomeOf(
  scan: BidsScan,
  plan: BatchPlan,
  batch: BatchRun
): Promise<ScanOutcome | null> {
  const files = scanFiles(plan.outputDir, scan, plan.result)
  const { participant, session } = scan
  const path = `${scan.folder}/${scan.file}`
  const told = { participant, session, scan: path }
  try {
    const existing = await existingResult(scan, files, plan)
    const record = existing ?? (await segmentScan(scan, files, plan, batch))
    await rm(files.error, { force: true })
    return {
      ...told,
      state: existing ? 'skipped' : 'segmented',
      mask: files.mask,
      seconds: existing ? null : (record.cost?.seconds ?? null),
      wholeMm3: wholeBySide(record.head),
      warnings: existing ? (plan.force ? [KEPT] : []) : record.warnings,
      error: null
    }
  } catch (thrown) {
    const { kind, message } = toHippospikeError(thrown)
    if (kind === 'cancelled') return null
    const error = { kind, message: oneLine(message) }
    await keepError(files, { scan: path, ...error, time: new Date().toISOString() })
    return {
      ...told,
      state: 'failed',
      mask: null,
      seconds: null,
      wholeMm3: null,
      warnings: [],
      error
    }
  }
}

async function segmentScan(
  scan: BidsScan,
  files: ScanFiles,
  plan: BatchPlan,
  { run, signal, onLog, onOutput }: BatchRun
): Promise<ResultRecord> {
  await makeFolder(files.folder)
  // Without it there is no result: whatever stops us from now on, the scan is done again.
  await rm(files.sidecar, { force: true })
  const request: SegmentRequest = {
    image: join(plan.bidsDir, scan.folder, scan.file),
    out: files.mask,
    model: plan.model,
    ...plan.inference,
    probabilities: null,
    spikes: null,
    roi: 'auto',
    side: 'both',
    labels: 'native',
    boxes: null,
    picture: files.picture,
    repeatability: plan.repeatability,
    template: plan.template,
    repairGeometry: false,
    force: true
  }
  const result = await run({
    kind: 'segment',
    request,
    runtime: plan.runtime,
    resultSchema: segmentResultSchema,
    signal,
    onLog,
    onOutput
  })
  const record = modelRecord(plan.manifest, result)
  await writeFileAtomic(files.version(1), await readFile(files.mask))
  await writeSidecar(files, record, `bids:${SOURCE_LINK}:${scan.folder}/${scan.file}`)
  return record
}

/** A scan that failed has no files but the one that says why: a mask that an earlier run made would be taken for its. */
async function keepError(files: ScanFiles, error: ScanError): Promise<void> {
  const { sidecar, mask, labels, run, picture } = files
  try {
    for (const path of [sidecar, mask, labels, run, picture, files.version(1)]) {
      await rm(path, { force: true })
    }
    await writeJson(files.error, error)
  } catch {
    // The folder cannot be written, which is the error itself most likely; the outcome tells it.
  }
}
