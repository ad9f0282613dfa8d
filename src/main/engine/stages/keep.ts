import type { SegmentResult } from '../../../shared/jobs'
import type { Model } from '../../../shared/model'
import { STAGES, type StageName, type StagesRequest } from '../../../shared/stages'
import { VERSION } from '../../../shared/version'
import type { Volume } from '../../../core/volume/volume'
import type { SourceImage } from '../../imaging/read-image'
import { checkMaskName, writeMask } from '../../imaging/write-mask'
import { assertWritable, writeFileAtomic, type OutputSet } from '../../workspace/atomic-write'
import { imageRecord, recordedRequest } from '../dicom-output'
import { fileSha256, runRecordPath } from '../provenance'
import { cropWarnings } from '../segmentation/crop-warnings'
import { headReport } from '../segmentation/head-report'
import type { LocatedHead } from '../segmentation/locate'
import { summaryOf } from '../segmentation/summary'
import type { Look } from './look'

/** What a segmentation comes to, wherever its mask is. */
export type StageResult = Omit<SegmentResult, 'out'>

/** What a stage's look comes to as a segmentation. */
export function stageResult(
  model: Model,
  { regions, runtime, warnings, seconds }: Look,
  { located, image }: { located: LocatedHead | null; image: Volume }
): StageResult {
  const head = located && headReport(located, regions, image)
  const summary = summaryOf(model, regions)
  return {
    model: model.manifest.id,
    runtime: runtime.runtime,
    timesteps: summary.timestepsRun,
    head,
    seconds,
    ...summary,
    warnings: [
      ...warnings,
      ...(head ? head.flags.map(({ message }) => message) : cropWarnings(regions[0]!))
    ]
  }
}

/** Nothing long is begun for masks that could not be written in the end. */
export async function checkMaskFiles({ masks, force, image }: StagesRequest): Promise<void> {
  if (masks === null) return
  for (const stage of STAGES) {
    checkMaskName(masks[stage])
    await assertWritable(masks[stage], force, [image])
    await assertWritable(runRecordPath(masks[stage]), force, [image])
  }
}

/** Writes the mask of a stage and, beside it, what makes it again. */
export async function writeStage(
  request: StagesRequest,
  stage: StageName,
  { model, mask, result }: { model: Model; mask: Volume<Uint8Array>; result: StageResult },
  source: SourceImage,
  outputs: OutputSet
): Promise<void> {
  const path = request.masks![stage]
  const { manifest } = model
  await writeMask(path, mask, source.header, { force: request.force, outputs })
  const recorded = recordedRequest(request, source)
  const record = {
    application: { name: 'Hippospike', version: VERSION },
    request: recorded,
    stage,
    image: await imageRecord(request.image, recorded, source),
    mask: { path, sha256: await fileSha256(path) },
    model: { id: manifest.id, stage: manifest.stage, weightsSha256: manifest.weightsSha256 },
    spiking: manifest.spiking && { mode: manifest.spiking.mode, timesteps: result.timesteps },
    preprocessing: manifest.preprocessing,
    result,
    finished: new Date().toISOString()
  }
  await writeFileAtomic(runRecordPath(path), `${JSON.stringify(record, null, 2)}\n`, {
    overwrite: request.force,
    outputs
  })
}
