import { HippospikeError } from '../../../shared/errors'
import {
  evaluateRequestSchema,
  type EvaluateRequest,
  type EvaluateResult
} from '../../../shared/jobs'
import { countOperations, networkMacs, summedActivity } from '../../../core/metrics/operations'
import { mean, meanOfKnown } from '../../../core/metrics/statistics'
import { hausdorff95Scores } from '../../../core/metrics/surface-distance'
import { isWholeOnly, partialDice } from '../../../core/training/partial-dice'
import { labelsFromScores } from '../../../core/volume/resample'
import { softmaxChannels } from '../../../core/snn/softmax'
import { openDataset } from '../../imaging/dataset'
import { readModel } from '../../workspace/model-folder'
import { readLabelledCase, type LabelledCase } from '../cases'
import { openPredictor } from '../inference/open'
import type { Inference, Predictor } from '../inference/predictor'
import { yieldToHost, type Job, type JobContext } from './job'

/** Scores a model on labelled cases, each on its image's own grid. */
export const evaluateJob: Job<EvaluateRequest, EvaluateResult> = {
  kind: 'evaluate',
  request: evaluateRequestSchema,
  run: evaluate
}

type CaseScores = EvaluateResult['cases'][number]
/** What is kept of a case until the end. */
type CaseInference = Pick<Inference, 'activity' | 'paddedVoxels' | 'timestepsRun' | 'accumulates'>

async function evaluate(request: EvaluateRequest, context: JobContext): Promise<EvaluateResult> {
  const dataset = await openDataset(request.data)
  const cases = dataset.cases.filter(
    ({ split }) => request.split === 'all' || split === request.split
  )
  if (cases.length === 0) {
    throw new HippospikeError('input', `${request.data} has no cases in the split ${request.split}`)
  }
  const model = await readModel(request.model)
  const predictor = await openPredictor(model, request, context)
  predictor.warnings.forEach((warning) => context.warn(warning))
  const { architecture, preprocessing } = model.manifest
  const scored: CaseScores[] = []
  const inferences: CaseInference[] = []
  try {
    for (const [index, source] of cases.entries()) {
      context.progress(
        'evaluate',
        index / cases.length,
        `${source.id} (${index + 1} of ${cases.length})`
      )
      const labelled = await readLabelledCase(source, preprocessing)
      const { scores, inference } = await scoreCase(predictor, labelled, context.signal)
      scored.push(scores)
      inferences.push(inference)
      await yieldToHost(context)
    }
  } finally {
    await predictor.dispose()
  }
  const voxels = inferences.map(({ paddedVoxels }) => paddedVoxels)
  const activities = known(inferences.map(({ activity }) => activity))
  const operations = activities.map((activity, i) =>
    countOperations(architecture, voxels[i]!, activity)
  )
  const total = activities.length > 0 ? summedActivity(activities) : null
  const overall =
    total &&
    countOperations(
      architecture,
      voxels.reduce((a, b) => a + b, 0),
      total
    )
  return {
    model: model.manifest.id,
    runtime: predictor.runtime.runtime,
    timesteps: predictor.timesteps,
    timestepsRun: meanOfKnown(inferences.map(({ timestepsRun }) => timestepsRun)),
    split: request.split,
    cases: scored,
    mean: meanScores(scored),
    firingRate: overall?.firingRate ?? {},
    meanFiringRate: overall?.meanFiringRate ?? null,
    synapticOperations: overall ? mean(operations.map((o) => o.synapticOperations)) : null,
    neuronUpdates: overall ? mean(operations.map((o) => o.neuronUpdates)) : null,
    accumulates: meanOfKnown(inferences.map(({ accumulates }) => accumulates)),
    macs: mean(voxels.map((n) => networkMacs(architecture, n))),
    energyRatio: overall?.energyRatio ?? null,
    secondsPerCase: mean(scored.map(({ seconds }) => seconds))
  }
}

async function scoreCase(
  predictor: Predictor,
  { id, input, mapping, labels }: LabelledCase,
  signal: AbortSignal
): Promise<{ scores: CaseScores; inference: CaseInference }> {
  const start = performance.now()
  const { logits, classes, activity, paddedVoxels, timestepsRun, accumulates } =
    await predictor.infer(input, { signal })
  const seconds = Math.round(performance.now() - start) / 1000
  const mask = labelsFromScores(softmaxChannels(logits, classes), classes, mapping)
  const dice = partialDice(mask.voxels, labels.voxels)
  const wholeOnly = isWholeOnly(labels.voxels)
  const { size, spacing } = labels.geometry
  const hd95 = hausdorff95Scores(mask.voxels, labels.voxels, size, spacing)
  return {
    scores: {
      id,
      diceAnterior: dice.anterior,
      dicePosterior: dice.posterior,
      diceWhole: dice.whole,
      hd95Anterior: wholeOnly ? null : hd95.anterior,
      hd95Posterior: wholeOnly ? null : hd95.posterior,
      hd95Whole: hd95.whole,
      seconds
    },
    inference: { activity, paddedVoxels, timestepsRun, accumulates }
  }
}

function meanScores(cases: CaseScores[]): EvaluateResult['mean'] {
  const average = (key: Exclude<keyof EvaluateResult['mean'], 'diceWhole'>): number | null =>
    meanOfKnown(cases.map((scores) => scores[key]))
  return {
    diceAnterior: average('diceAnterior'),
    dicePosterior: average('dicePosterior'),
    diceWhole: mean(cases.map(({ diceWhole }) => diceWhole)),
    hd95Anterior: average('hd95Anterior'),
    hd95Posterior: average('hd95Posterior'),
    hd95Whole: average('hd95Whole')
  }
}

function known<T>(values: readonly (T | null)[]): T[] {
  return values.filter((value) => value !== null)
}
