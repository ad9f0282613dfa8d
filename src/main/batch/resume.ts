import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { inferenceOptionsSchema } from '../../shared/jobs'
import { fileSha256 } from '../engine/provenance'
import { readJsonOrNull } from '../workspace/json-file'
import { sidecarSchema, type ResultRecord } from '../workspace/result-record'
import type { ScanFiles } from './outputs'
import type { BatchPlan } from './plan'
import type { BidsScan } from '../workspace/bids-scans'

/** What a run record says of what was segmented, and how. */
const runSchema = z.looseObject({
  request: z.looseObject(inferenceOptionsSchema.shape),
  image: z.looseObject({ sha256: z.string() }),
  mask: z.looseObject({ sha256: z.string() }),
  model: z.looseObject({ weightsSha256: z.string() }),
  runtime: z.looseObject({ name: z.string() })
})

/**
 * What is there of a scan already: its result, if it need not be segmented again. All its files are there, and its run record has the scan, the model and
 * the options of now. A mask that was corrected by hand stays in any case.
 *
 * @returns null where it is to be segmented
 */
export async function existingResult(
  scan: BidsScan,
  files: ScanFiles,
  plan: BatchPlan
): Promise<ResultRecord | null> {
  const sidecar = await readJsonOrNull(files.sidecar, sidecarSchema)
  if (sidecar === null) return null
  const record = sidecar.Hippospike
  if (isCorrected(record)) return record
  if (plan.force || (plan.repeatability && record.head?.repeatabilityMm3 === null)) return null
  const run = await readJsonOrNull(files.run, runSchema)
  if (run === null || !isSameWork(run, plan)) return null
  for (const path of [files.picture, files.version(1)]) {
    if ((await stat(path).catch(() => null)) === null) return null
  }
  const hashes = await Promise.all([
    hashOf(join(plan.bidsDir, scan.folder, scan.file)),
    hashOf(files.mask)
  ])
  return hashes[0] === run.image.sha256 && hashes[1] === run.mask.sha256 ? record : null
}

/** Whether somebody has drawn in the mask since the model made it. */
export function isCorrected({ kind, versions }: ResultRecord): boolean {
  return kind !== 'model' || versions.length > 1
}

function isSameWork(run: z.infer<typeof runSchema>, plan: BatchPlan): boolean {
  const { timesteps, precision, earlyExit } = plan.inference
  return (
    run.model.weightsSha256 === plan.manifest.weightsSha256 &&
    run.request.timesteps === timesteps &&
    // How many threads there are changes nothing.
    (run.request.precision ?? 'float32') === (precision ?? 'float32') &&
    run.request.earlyExit === earlyExit &&
    (plan.runtime === null || run.runtime.name === plan.runtime)
  )
}

async function hashOf(path: string): Promise<string | null> {
  return fileSha256(path).catch(() => null)
}
