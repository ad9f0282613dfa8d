import { stat } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import type { Geometry } from '../../../shared/geometry'
import { HippospikeError } from '../../../shared/errors'
import { segmentRequestSchema, type SegmentRequest, type SegmentResult } from '../../../shared/jobs'
import type { Model } from '../../../shared/model'
import { VERSION } from '../../../shared/version'
import type { Volume } from '../../../core/volume/volume'
import { readImage, type SourceImage } from '../../imaging/read-image'
import { checkMaskName, writeMask, writeProbabilities } from '../../imaging/write-mask'
import { readModel } from '../../workspace/model-folder'
import { assertWritable, OutputSet, writeFileAtomic } from '../../workspace/atomic-write'
import {
  checkSeg,
  checkSegSource,
  imageRecord,
  recordedRequest,
  writeRequestedSeg
} from '../dicom-output'
import { fileSha256, runRecordPath } from '../provenance'
import { openPredictor } from '../inference/open'
import type { Predictor } from '../inference/predictor'
import { assembleMask, assembleProbabilities, maskTable } from '../segmentation/assemble'
import { cropWarnings } from '../segmentation/crop-warnings'
import { headReport } from '../segmentation/head-report'
import { inferBox, inferCrop, type SegmentedRegion } from '../segmentation/infer-region'
import { locateHippocampi, type LocatedHead } from '../segmentation/locate'
import { coronalPicture } from '../segmentation/picture'
import { cropOf, type Part } from '../segmentation/crop-part'
import { boxRegion, cropRegion } from '../segmentation/region'
import { repeatabilityMm3 } from '../segmentation/repeatability'
import { summaryOf } from '../segmentation/summary'
import {
  checkPotentials,
  checkSeen,
  keepActivity,
  keepPotentials
} from '../segmentation/keep-activity'
import { SPIKES_FILE } from '../spike-files'
import { throwIfCancelled, yieldToHost, type Job, type JobContext } from './job'

/** Segments a crop around one hippocampus, or both hippocampi of a head, and writes the mask on the source image's own grid. */
export const segmentJob: Job<SegmentRequest, SegmentResult> = {
  kind: 'segment',
  request: segmentRequestSchema,
  run: segment
}

async function segment(request: SegmentRequest, context: JobContext): Promise<SegmentResult> {
  const start = performance.now()
  await checkOutputs(request)
  context.progress('read', null, `reading ${basename(request.image)}`)
  const { repairGeometry, dicom } = request
  const source = await readImage(request.image, { repairGeometry, series: dicom?.series ?? null })
  checkSegSource(request, source)
  const image = source.volume
  const model = await readModel(request.model)
  if (request.spikes !== null && model.manifest.spiking === null) {
    throw new HippospikeError(
      'usage',
      `--spikes needs a spiking model; model ${model.manifest.id} is an ANN`
    )
  }
  const part = cropOf(request, image)
  const timings: Record<string, number> = { read: secondsSince(start) }
  const locating = performance.now()
  const located = part === null ? await locateHippocampi(request, image, context) : null
  timings.locate = secondsSince(locating)
  const opening = performance.now()
  const predictor = await openPredictor(model, request, context)
  timings.open = secondsSince(opening)
  const outputs = new OutputSet()
  const writing = { force: request.force, outputs }
  const warnings = [...source.warnings, ...predictor.warnings]
  try {
    checkPotentials(request, predictor)
    await yieldToHost(context)
    const inferring = performance.now()
    const regions: SegmentedRegion[] = []
    const record = request.spikes !== null || typeof request.spikeStore === 'string'
    let unseen = request.potentials ?? []
    const all = inferences(request, image, part, located, model)
    for (const { what, infer } of all) {
      // Of what is one, no share is known until it is done.
      const done = all.length === 1 ? null : regions.length / all.length
      context.progress('segment', done, `segmenting ${what}`)
      const found = await infer(predictor, record, context)
      // The record of spikes holds until the next run alone.
      const recorded = { located, model, predictor, image }
      warnings.push(...(await keepActivity(request, found, recorded, writing)))
      unseen = await keepPotentials(request, unseen, found, recorded, writing)
      throwIfCancelled(context)
      regions.push(found)
      const { side } = found.region
      if (located === null || side === null || !request.repeatability) continue
      const regionAt = (grid: Geometry) =>
        boxRegion(image, side, grid, model.manifest.preprocessing)
      found.repeatabilityMm3 = await repeatabilityMm3(predictor, found, regionAt, context)
    }
    checkSeen(unseen, located !== null)
    timings.infer = secondsSince(inferring)
    await yieldToHost(context)

    context.progress('write', null, 'writing the mask')
    const { geometry } = image
    const isHead = located !== null
    const mask = assembleMask(regions, geometry, { isHead, labels: request.labels })
    const head = located && headReport(located, regions, image)
    warnings.push(...(head ? head.flags.map(({ message }) => message) : cropWarnings(regions[0]!)))
    const result: SegmentResult = {
      model: model.manifest.id,
      runtime: predictor.runtime.runtime,
      timesteps: predictor.timesteps,
      out: request.out,
      head,
      seconds: 0,
      ...summaryOf(model, regions),
      warnings
    }
    if (request.probabilities !== null) {
      const { probabilities, classes } = assembleProbabilities(regions, geometry, isHead)
      await writeProbabilities(
        request.probabilities,
        probabilities,
        classes,
        geometry,
        source.header,
        writing
      )
      throwIfCancelled(context)
    }
    await writeMask(request.out, mask, source.header, writing)
    if (typeof request.picture === 'string') {
      const options = { overwrite: request.force, outputs }
      await writeFileAtomic(request.picture, coronalPicture(image, mask), options)
    }
    const table = maskTable(regions, { isHead, labels: request.labels })
    const seg = [mask, table, source, model.manifest.id, outputs] as const
    warnings.push(...(await writeRequestedSeg(request, ...seg)))
    result.seconds = secondsSince(start)
    timings.total = result.seconds
    await writeRunRecord(request, source, model, predictor, result, timings, outputs)
    outputs.keep()
    return result
  } finally {
    await predictor.dispose()
    // Nothing of a run that failed stays.
    outputs.undo()
  }
}

interface Inferring {
  /** For people. */
  what: string
  infer: (predictor: Predictor, record: boolean, context: JobContext) => Promise<SegmentedRegion>
}

/** What is to be inferred: the crop, or the boxes of a head one after another. */
function inferences(
  { side }: SegmentRequest,
  image: Volume,
  part: Part | null,
  located: LocatedHead | null,
  { manifest: { preprocessing } }: Model
): Inferring[] {
  if (part !== null) {
    const region = cropRegion(part.volume, part.roi, side === 'both' ? null : side, preprocessing)
    return [
      {
        what: 'the crop',
        infer: (predictor, record, context) => inferCrop(predictor, region, record, context)
      }
    ]
  }
  return (located?.boxes ?? []).map((box) => {
    const regionAt = (grid: Geometry) => boxRegion(image, box.side, grid, preprocessing)
    return {
      what: `the ${box.side} hippocampus`,
      infer: (predictor, record, context) =>
        inferBox(predictor, box.grid, regionAt, record, context)
    }
  })
}

/** Nothing long is begun for a file that could not be written in the end. */
async function checkOutputs(request: SegmentRequest): Promise<void> {
  checkMaskName(request.out)
  checkDistinct(request)
  const inputs = [request.image]
  await assertWritable(request.out, request.force, inputs)
  await assertWritable(runRecordPath(request.out), request.force, inputs)
  if (request.probabilities !== null) {
    checkMaskName(request.probabilities)
    await assertWritable(request.probabilities, request.force, inputs)
  }
  if (typeof request.picture === 'string') {
    await assertWritable(request.picture, request.force, inputs)
  }
  await checkSeg(request)
  const { spikes } = request
  const found = spikes === null ? null : await stat(spikes).catch(() => null)
  if (spikes !== null && found) await assertWritable(join(spikes, SPIKES_FILE), request.force)
}

/** @throws HippospikeError (usage) where one file would be written over another of the same run */
function checkDistinct({ out, probabilities, picture, dicom }: SegmentRequest): void {
  const files: [string, string | null | undefined][] = [
    ['the mask', out],
    ['its provenance', runRecordPath(out)],
    ['the probabilities', probabilities],
    ['the picture', picture],
    ['the DICOM SEG', dicom?.seg]
  ]
  const taken = new Map<string, string>()
  for (const [what, path] of files) {
    if (typeof path !== 'string') continue
    const other = taken.get(resolve(path))
    if (other !== undefined) {
      throw new HippospikeError(
        'usage',
        `${path}: is the file of both ${other} and ${what}; give two`
      )
    }
    taken.set(resolve(path), what)
  }
}

/** Everything that makes the mask again: the request, the model's hash, and what it ran on. */
async function writeRunRecord(
  request: SegmentRequest,
  source: SourceImage,
  { manifest }: Model,
  { runtime, timesteps, event }: Predictor,
  result: SegmentResult,
  timings: Record<string, number>,
  outputs: OutputSet
): Promise<void> {
  const recorded = recordedRequest(request, source)
  const record = {
    application: { name: 'Hippospike', version: VERSION },
    request: recorded,
    image: await imageRecord(request.image, recorded, source),
    mask: { path: request.out, sha256: await fileSha256(request.out) },
    model: { id: manifest.id, stage: manifest.stage, weightsSha256: manifest.weightsSha256 },
    spiking: manifest.spiking && {
      mode: manifest.spiking.mode,
      timesteps,
      timestepsRun: result.timestepsRun
    },
    preprocessing: manifest.preprocessing,
    runtime: { name: runtime.runtime, version: runtime.version },
    event,
    result,
    timings,
    finished: new Date().toISOString()
  }
  await writeFileAtomic(runRecordPath(request.out), `${JSON.stringify(record, null, 2)}\n`, {
    overwrite: request.force,
    outputs
  })
}

function secondsSince(start: number): number {
  return Math.round(performance.now() - start) / 1000
}
