import { HippospikeError } from '../../../shared/errors'
import { convertRequestSchema, type ConvertRequest, type ModelResult } from '../../../shared/jobs'
import type { Architecture, ModelManifest } from '../../../shared/model'
import type { VerdictDice } from '../../../shared/training'
import { calibrate } from '../../../core/conversion/calibration'
import { checkActivations, checkNetwork } from '../../../core/conversion/checks'
import { foldBatchNorm } from '../../../core/conversion/fold-batch-norm'
import { quantisedParameters, quantisedThresholds } from '../../../core/conversion/qcfs'
import { spikingParameters } from '../../../core/conversion/spiking-parameters'
import { balanceThresholds, type Thresholds } from '../../../core/conversion/thresholds'
import { modelParameters, storedTensors, variantOf } from '../../../core/snn/model-parameters'
import type { ParameterSet } from '../../../core/snn/parameters'
import type { TrainingCase } from '../../../core/training/augmentation'
import { annNetwork } from '../../../core/training/ann-network'
import { createRandom, shuffled } from '../../../core/training/random'
import { NO_PENALTIES, snnNetwork } from '../../../core/training/snn-network'
import { validate } from '../../../core/training/train'
import { openDataset } from '../../imaging/dataset'
import { readModel, writeModel } from '../../workspace/model-folder'
import { modelIdOfFolder } from '../../workspace/model-id'
import { describeProblem, refuseErrors } from '../conversion-problems'
import { modelCard } from '../training/card'
import { checkModelPlace } from '../training/model-place'
import { finetuneSettingsSchema, trainingOptions } from '../training/settings'
import { runStage } from '../training/stage'
import { loadCases } from '../training/training-data'
import { yieldToHost, type Job, type JobContext } from './job'

/** Enough for a percentile: more cases move no threshold by a percent. */
const CALIBRATION_CASES = 40

/** Epochs of quantisation-aware training in front of a QCFS conversion, and its learning rate. */
const QCFS_EPOCHS = 2
const QCFS_LEARNING_RATE = 5e-4

/** Stage 2: turns an ANN into an SNN: folds batch normalisation, calibrates, balances the thresholds. */
export const convertJob: Job<ConvertRequest, ModelResult> = {
  kind: 'convert',
  request: convertRequestSchema,
  run: convert
}

async function convert(request: ConvertRequest, context: JobContext): Promise<ModelResult> {
  const start = performance.now()
  const model = await readModel(request.model)
  const { manifest } = model
  if (manifest.spiking !== null) {
    throw new HippospikeError('input', `model ${manifest.id} spikes already; convert takes an ANN`)
  }
  await checkModelPlace(request.out, {
    force: request.force ?? false,
    sources: [request.model],
    resumes: false
  })
  const dataset = await openDataset(request.data)
  const folded = foldBatchNorm(manifest.architecture, modelParameters(model))
  refuseErrors(manifest.id, checkNetwork(folded.architecture, folded.parameters))
  const { runtime } = await context.denseRuntime()
  const training = await loadCases(dataset, 'train', manifest.preprocessing, context)
  const validation = await loadCases(dataset, 'validation', manifest.preprocessing, context)

  const { padMultiple } = manifest.preprocessing
  const calibration = shuffled(training, createRandom(0)).slice(0, CALIBRATION_CASES)
  const statistics = await calibrate(
    folded.architecture,
    folded.parameters,
    calibration,
    padMultiple,
    async (done) => {
      context.progress(
        'calibrate',
        done / calibration.length,
        `calibrating on case ${done} of ${calibration.length}`
      )
      await yieldToHost(context)
    }
  )
  const problems = checkActivations(statistics)
  refuseErrors(manifest.id, problems)
  const balanced = balanceThresholds(statistics, request)
  const source =
    request.method === 'qcfs'
      ? await trainQuantised(
          request,
          { manifest, datasetHash: dataset.datasetHash },
          folded,
          balanced,
          training,
          validation,
          context
        )
      : { parameters: folded.parameters, thresholds: balanced }

  const parameters = spikingParameters(source.parameters, source.thresholds, request.outputScaling)
  const architecture: Architecture = { ...folded.architecture, activation: { kind: 'relu' } }
  const scores = await validateConverted(request, architecture, parameters, validation, padMultiple)
  const id = modelIdOfFolder(request.out)
  const warnings = problems.map(describeProblem)
  const converted = {
    id,
    name: `Converted spiking U-Net (${request.mode})`,
    stage: 'converted' as const,
    architecture,
    spiking: {
      mode: request.mode,
      defaultTimesteps: request.timesteps,
      initialPotential: request.initialPotential,
      variants: [variantOf(parameters, request.timesteps, '')]
    },
    preprocessing: manifest.preprocessing,
    labels: manifest.labels,
    licence: manifest.licence,
    provenance: {
      data: {
        hash: dataset.datasetHash,
        calibration: calibration.length,
        validation: validation.length
      },
      settings: conversionSettings(request),
      runtime,
      warnings,
      parent: { id: manifest.id, weightsSha256: manifest.weightsSha256 }
    },
    scores: { validation: scores }
  }
  await writeModel(request.out, converted, storedTensors(parameters, true), modelCard(converted))
  return {
    model: id,
    out: request.out,
    stage: converted.stage,
    seconds: (performance.now() - start) / 1000,
    runtime,
    validation: scores,
    warnings
  }
}

function conversionSettings(request: ConvertRequest): Record<string, unknown> {
  const { method, percentile, granularity, scale, outputScaling, initialPotential } = request
  return { method, percentile, granularity, scale, outputScaling, initialPotential }
}

/** QCFS: a short training with quantised activations, whose learned upper bounds become the thresholds. */
async function trainQuantised(
  request: ConvertRequest,
  { manifest, datasetHash }: { manifest: ModelManifest; datasetHash: string },
  folded: { architecture: Architecture; parameters: ParameterSet },
  thresholds: Thresholds,
  training: TrainingCase[],
  validation: TrainingCase[],
  context: JobContext
): Promise<{ parameters: ParameterSet; thresholds: Thresholds }> {
  const levels = request.timesteps
  const architecture: Architecture = {
    ...folded.architecture,
    activation: { kind: 'qcfs', levels }
  }
  const parameters = quantisedParameters(folded.parameters, thresholds)
  const { padMultiple } = manifest.preprocessing
  const settings = finetuneSettingsSchema.parse({
    epochs: QCFS_EPOCHS,
    learningRate: QCFS_LEARNING_RATE,
    batchSize: 2
  })
  const outcome = await runStage(
    {
      stage: 'qcfs',
      dir: request.out,
      network: annNetwork(architecture, parameters, settings.loss, padMultiple),
      options: trainingOptions(settings),
      identity: { settings, levels, data: datasetHash, parent: manifest.weightsSha256 }
    },
    training,
    validation,
    context
  )
  parameters.values.set(outcome.values)
  return quantisedThresholds(parameters)
}

async function validateConverted(
  request: ConvertRequest,
  architecture: Architecture,
  parameters: ParameterSet,
  validation: TrainingCase[],
  padMultiple: number
): Promise<VerdictDice | null> {
  if (validation.length === 0) return null
  const network = snnNetwork(architecture, parameters, {
    neuron: {
      mode: request.mode,
      initialPotential: request.initialPotential,
      surrogate: 'triangle'
    },
    timesteps: request.timesteps,
    loss: 'dice+cross-entropy',
    teacher: null,
    penalties: NO_PENALTIES,
    padMultiple
  })
  return (await validate(network, parameters.values, validation)).dice
}
