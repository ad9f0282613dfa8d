import { basename } from 'node:path'
import { HippospikeError } from '../../../shared/errors'
import type { Model } from '../../../shared/model'
import {
  perStage,
  STAGE_TIMESTEPS,
  STAGES,
  stagesRequestSchema,
  type StageName,
  type StagesRequest,
  type StagesResult
} from '../../../shared/stages'
import { THRESHOLD_DEFAULTS } from '../../../core/conversion/thresholds'
import type { Volume } from '../../../core/volume/volume'
import { readImage } from '../../imaging/read-image'
import { readModel } from '../../workspace/model-folder'
import { OutputSet } from '../../workspace/atomic-write'
import { assembleMask } from '../segmentation/assemble'
import { summaryOf } from '../segmentation/summary'
import { checkMaskFiles, stageResult, writeStage } from '../stages/keep'
import { layerErrors } from '../stages/layers'
import { chooseRegions, look, type Look } from '../stages/look'
import { plainConversion } from '../stages/plain-conversion'
import { diceAgainst, readReference, referenceOf, type Reference } from '../stages/reference'
import { yieldToHost, type Job, type JobContext } from './job'

/** Looks at an image with an ANN, its plain conversion and a fine-tuned spiking network: Dice, spikes and energy over T, layer by layer. */
export const stagesJob: Job<StagesRequest, StagesResult> = {
  kind: 'stages',
  request: stagesRequestSchema,
  run: stages
}

/** Work of the parts that take as long whatever T is, in timesteps. */
const ANN_WORK = 8
const LAYERS_WORK = 24

async function stages(request: StagesRequest, context: JobContext): Promise<StagesResult> {
  const start = performance.now()
  await checkMaskFiles(request)
  context.progress('read', null, `reading ${basename(request.image)}`)
  const source = await readImage(request.image)
  const image = source.volume
  const truth = request.truth === null ? null : await readReference(request.truth, image.geometry)
  const models = await readModels(request)
  const { mode, initialPotential, defaultTimesteps } = models.fineTuned.manifest.spiking!
  await context.denseRuntime()

  const { regions, located } = await chooseRegions(request, image, models.fineTuned, context)
  const inputs = regions.map(({ input }) => input)
  const shown = { regions, isHead: located !== null }
  const spiking = { mode, initialPotential, defaultTimesteps }
  const conversion = await plainConversion(models.ann, spiking, request.calibration, context)
  const all: Record<StageName, Model> = { ...models, converted: conversion.model }

  const timesteps = [...new Set([...STAGE_TIMESTEPS, defaultTimesteps])].sort((a, b) => a - b)
  const report = progressOf(context, ANN_WORK + LAYERS_WORK + 2 * sum(timesteps))
  const maskOf = ({ regions: found }: Look): Volume<Uint8Array> =>
    assembleMask(found, image.geometry, { isHead: shown.isHead, labels: 'native' })

  report(0, `segmenting with ${models.ann.manifest.id}`)
  const ann = await look(models.ann, null, shown, context)
  report(ANN_WORK, 'comparing the layers')
  const reference: Reference = truth ?? referenceOf(maskOf(ann))
  const layers = await layerErrors(all, defaultTimesteps, inputs, context, () => undefined)
  report(LAYERS_WORK, 'comparing over the timesteps')

  const looks: Record<StageName, Look> = { ann, converted: ann, fineTuned: ann }
  const scores: Record<'converted' | 'fineTuned', StagesResult['converted']> = {
    converted: [],
    fineTuned: []
  }
  for (const t of timesteps) {
    for (const stage of ['converted', 'fineTuned'] as const) {
      await yieldToHost(context)
      const model = all[stage]
      const found = await look(model, t, shown, context)
      if (t === defaultTimesteps) looks[stage] = found
      const dice = diceAgainst(reference, maskOf(found))
      const { meanFiringRate, energyRatio } = summaryOf(model, found.regions)
      scores[stage].push({
        timesteps: t,
        diceWhole: dice.whole,
        diceAnterior: dice.anterior,
        dicePosterior: dice.posterior,
        meanFiringRate: meanFiringRate!,
        energyRatio: energyRatio!
      })
      report(t, `${model.manifest.id} for ${t} timesteps`)
    }
  }

  const results = perStage((stage) => stageResult(all[stage], looks[stage], { located, image }))
  if (request.masks !== null) {
    context.progress('write', null, 'writing the masks')
    const outputs = new OutputSet()
    try {
      for (const stage of STAGES) {
        const made = { model: all[stage], mask: maskOf(looks[stage]), result: results[stage] }
        await writeStage(request, stage, made, source, outputs)
        await yieldToHost(context)
      }
      outputs.keep()
    } finally {
      // Nothing of a run that failed stays.
      outputs.undo()
    }
  }
  return {
    snn: models.fineTuned.manifest.id,
    ann: models.ann.manifest.id,
    timesteps: defaultTimesteps,
    diceAgainst: truth === null ? 'ann' : 'truth',
    annDice: truth && diceAgainst(truth, maskOf(ann)),
    ...scores,
    layerErrors: layers,
    conversion: {
      mode,
      percentile: THRESHOLD_DEFAULTS.percentile,
      scale: THRESHOLD_DEFAULTS.scale,
      cases: conversion.cases
    },
    warnings: [...new Set([...source.warnings, ...conversion.warnings, ...warningsOf(looks)])],
    stages: results,
    seconds: Math.round(performance.now() - start) / 1000
  }
}

/** @throws HippospikeError (usage) for models that cannot be held against each other */
async function readModels({
  ann: annFolder,
  snn: snnFolder
}: StagesRequest): Promise<{ ann: Model; fineTuned: Model }> {
  const [ann, fineTuned] = [await readModel(annFolder), await readModel(snnFolder)]
  const [a, s] = [ann.manifest, fineTuned.manifest]
  const refuse = (problem: string): never => {
    throw new HippospikeError('usage', problem)
  }
  if (a.spiking !== null) refuse(`model ${a.id} is a spiking network; an ANN is needed beside it`)
  if (s.spiking === null) refuse(`model ${s.id} is an ANN; a spiking network is needed`)
  const shape = ({ architecture: { channels, outputChannels, pooling } }: typeof a): string =>
    JSON.stringify([channels, outputChannels, pooling])
  if (shape(a) !== shape(s)) {
    refuse(
      `models ${a.id} and ${s.id} have other layers, which cannot be compared; choose the ANN that ${s.id} was made of`
    )
  }
  if (JSON.stringify(a.preprocessing) !== JSON.stringify(s.preprocessing)) {
    refuse(`models ${a.id} and ${s.id} take their images in differently; choose another ANN`)
  }
  return { ann, fineTuned }
}

/** @returns says that so much more of the work is done */
function progressOf(context: JobContext, total: number): (work: number, message: string) => void {
  let done = 0
  return (work, message) => {
    done += work
    context.progress('compare', done / total, message)
  }
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}

function warningsOf(looks: Record<StageName, Look>): string[] {
  return STAGES.flatMap((stage) => looks[stage].warnings)
}
