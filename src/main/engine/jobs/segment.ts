import { stat } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import type { Triple } from '../../../shared/geometry'
import { HippospikeError } from '../../../shared/errors'
import { segmentRequestSchema, type SegmentRequest, type SegmentResult } from '../../../shared/jobs'
import type { Model } from '../../../shared/model'
import { CROP_LABELS } from '../../../shared/labels'
import { VERSION } from '../../../shared/version'
import { meanConfidence } from '../../../core/metrics/confidence'
import { countOperations, networkMacs } from '../../../core/metrics/operations'
import { volumesMm3 } from '../../../core/metrics/volumes'
import { softmaxChannels } from '../../../core/snn/softmax'
import { checkRoi, crop, uncrop, type Roi } from '../../../core/volume/crop'
import { fieldOfView } from '../../../core/volume/geometry'
import { argmaxChannels, scoresToSource } from '../../../core/volume/resample'
import type { Volume } from '../../../core/volume/volume'
import { checkContrast } from '../../imaging/image-checks'
import { readImage, type SourceImage } from '../../imaging/read-image'
import { checkMaskName, writeMask, writeProbabilities } from '../../imaging/write-mask'
import { readModel } from '../../workspace/model-folder'
import { assertWritable, OutputSet, writeFileAtomic } from '../../workspace/atomic-write'
import { networkInput } from '../cases'
import { checkSeg, checkSegSource, imageRecord, writeRequestedSeg } from '../dicom-output'
import { fileSha256, runRecordPath } from '../provenance'
import { openPredictor } from '../inference/open'
import type { Inference, Predictor } from '../inference/predictor'
import { SPIKES_FILE, writeSpikes } from '../spike-files'
import { keepSpikes } from '../spike-recording'
import { throwIfCancelled, yieldToHost, type Job, type JobContext } from './job'

/** Crops larger than this on an axis hold more than the surroundings of one hippocampus, which is all the network knows. */
const MAX_FIELD_OF_VIEW_MM = 80

/** Segments one crop around a hippocampus and writes the mask on the source image's own grid. */
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
  const roi = request.roi ? toRoi(request.roi, source.volume.geometry.size) : null
  const region = roi ? crop(source.volume, roi) : source.volume
  if (roi) checkContrast(`the region of ${request.image}`, region.voxels)
  checkFieldOfView(request, region)
  const model = await readModel(request.model)
  if (request.spikes !== null && model.manifest.spiking === null) {
    throw new HippospikeError(
      'usage',
      `--spikes needs a spiking model; model ${model.manifest.id} is an ANN`
    )
  }
  const predictor = await openPredictor(model, request, context)
  const timings: Record<string, number> = { prepare: secondsSince(start) }
  const outputs = new OutputSet()
  const writing = { force: request.force, outputs }
  try {
    await yieldToHost(context)
    const { input, mapping } = networkInput(region, model.manifest.preprocessing)
    context.progress('segment', null, `segmenting with ${model.manifest.id}`)
    const inferring = performance.now()
    const inference = await predictor.infer(input, {
      recordSpikes: request.spikes !== null || typeof request.spikeStore === 'string',
      signal: context.signal
    })
    timings.infer = secondsSince(inferring)
    await yieldToHost(context)

    context.progress('write', null, 'writing the mask')
    const onRegion = scoresToSource(
      softmaxChannels(inference.logits, inference.classes),
      inference.classes,
      mapping
    )
    const probabilities = roi
      ? onWholeGrid(onRegion, roi, source.volume.geometry.size, inference.classes)
      : onRegion
    const mask: Volume<Uint8Array> = {
      geometry: source.volume.geometry,
      voxels: argmaxChannels(probabilities, inference.classes)
    }
    const warnings = [...source.warnings, ...predictor.warnings, ...resultWarnings(mask)]
    const result: SegmentResult = {
      model: model.manifest.id,
      runtime: predictor.runtime.runtime,
      timesteps: predictor.timesteps,
      timestepsRun: inference.timestepsRun,
      out: request.out,
      volumesMm3: volumesMm3(mask),
      confidence: meanConfidence(mask.voxels, probabilities, inference.classes),
      seconds: 0,
      ...operationsOf(model, inference),
      warnings
    }
    if (request.spikes !== null) {
      await writeSpikes(request.spikes, inference, mapping.canonical, input.size, writing)
      throwIfCancelled(context)
    }
    if (typeof request.spikeStore === 'string') {
      const source = { model, predictor, input, mapping, roi, imageSize: mask.geometry.size }
      warnings.push(...(await keepSpikes(request.spikeStore, inference, source, writing)))
      throwIfCancelled(context)
    }
    if (request.probabilities !== null) {
      await writeProbabilities(
        request.probabilities,
        probabilities,
        inference.classes,
        source.volume.geometry,
        source.header,
        writing
      )
      throwIfCancelled(context)
    }
    await writeMask(request.out, mask, source.header, writing)
    const seg = [mask, CROP_LABELS, source, model.manifest.id, outputs] as const
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

/** Nothing long is begun for a file that could not be written in the end. */
async function checkOutputs(request: SegmentRequest): Promise<void> {
  checkMaskName(request.out)
  const inputs = [request.image]
  await assertWritable(request.out, request.force, inputs)
  await assertWritable(runRecordPath(request.out), request.force, inputs)
  if (request.probabilities !== null) {
    checkMaskName(request.probabilities)
    await assertWritable(request.probabilities, request.force, inputs)
    if (resolve(request.probabilities) === resolve(request.out)) {
      throw new HippospikeError(
        'usage',
        `${request.out}: is the file of both the mask and the probabilities; give two`
      )
    }
  }
  await checkSeg(request)
  const { spikes } = request
  const found = spikes === null ? null : await stat(spikes).catch(() => null)
  if (spikes !== null && found) await assertWritable(join(spikes, SPIKES_FILE), request.force)
}

function toRoi([i0, j0, k0, i1, j1, k1]: NonNullable<SegmentRequest['roi']>, size: Triple): Roi {
  const roi: Roi = { start: [i0, j0, k0], end: [i1, j1, k1] }
  checkRoi(roi, size)
  return roi
}

function checkFieldOfView({ image, roi }: SegmentRequest, { geometry }: Volume): void {
  const view = fieldOfView(geometry)
  if (view.every((mm) => mm <= MAX_FIELD_OF_VIEW_MM)) return
  const what = roi ? 'the region' : image
  const size = view.map((mm) => mm.toFixed(0)).join('×')
  throw new HippospikeError(
    'input',
    `${what} spans ${size} mm; this version segments a crop around one hippocampus, at most ${MAX_FIELD_OF_VIEW_MM} mm an axis: ` +
      'name it with --roi i0,j0,k0,i1,j1,k1 (0-based voxel indices in stored axis order, end exclusive)'
  )
}

/** What the user should look at before trusting the mask. */
function resultWarnings(mask: Volume<Uint8Array>): string[] {
  const { whole } = volumesMm3(mask)
  if (whole === 0) return ['no hippocampus found: is this a T1-weighted crop around one?']
  if (whole < 500 || whole > 8000) {
    return [
      `the whole volume of ${whole.toFixed(0)} mm³ is unusual for one hippocampus; check the mask`
    ]
  }
  return []
}

/** What the inference cost; of an ANN its multiply-accumulates alone. */
function operationsOf(
  { manifest: { architecture } }: Model,
  { activity, paddedVoxels }: Inference
): Pick<SegmentResult, 'meanFiringRate' | 'synapticOperations' | 'macs' | 'energyRatio'> {
  if (activity === null) {
    const macs = networkMacs(architecture, paddedVoxels)
    return { meanFiringRate: null, synapticOperations: null, macs, energyRatio: null }
  }
  const { meanFiringRate, synapticOperations, macs, energyRatio } = countOperations(
    architecture,
    paddedVoxels,
    activity
  )
  return { meanFiringRate, synapticOperations, macs, energyRatio }
}

/** Scores of a region on the whole image's grid, where everything outside is background for certain. */
function onWholeGrid(scores: Float32Array, roi: Roi, size: Triple, classes: number): Float32Array {
  const whole = uncrop(scores, roi, size, classes)
  for (let at = 0; at < whole.length; at += classes) {
    let sum = 0
    for (let k = 0; k < classes; k++) sum += whole[at + k]!
    if (sum === 0) whole[at] = 1
  }
  return whole
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
  const record = {
    application: { name: 'Hippospike', version: VERSION },
    request,
    image: await imageRecord(request.image, source),
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
