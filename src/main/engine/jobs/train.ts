import { basename } from 'node:path'
import { trainRequestSchema, type ModelResult, type TrainRequest } from '../../../shared/jobs'
import { CROP_LABELS } from '../../../shared/labels'
import type { Architecture, Spiking } from '../../../shared/model'
import { foldBatchNorm } from '../../../core/conversion/fold-batch-norm'
import { spikingParameters } from '../../../core/conversion/spiking-parameters'
import { activatedLayers } from '../../../core/snn/architecture'
import { storedTensors, variantOf } from '../../../core/snn/model-parameters'
import { initialParameters, parameterValues, type ParameterSet } from '../../../core/snn/parameters'
import { annNetwork } from '../../../core/training/ann-network'
import type { TrainableNetwork } from '../../../core/training/network'
import { createRandom } from '../../../core/training/random'
import { snnNetwork } from '../../../core/training/snn-network'
import { openDataset } from '../../imaging/dataset'
import { writeModel } from '../../workspace/model-folder'
import { modelCard } from '../training/card'
import { PREPROCESSING } from '../training/preprocessing'
import {
  annSettingsSchema,
  parseSettings,
  trainingOptions,
  type AnnSettings
} from '../training/settings'
import { loadCases, runStage } from '../training/stage'
import { checkCrawl } from '../training/runtime-check'
import type { Job, JobContext } from './job'

/** Stage 1: trains the ANN from random weights; or, for comparison, a spiking network directly. */
export const trainJob: Job<TrainRequest, ModelResult> = {
  kind: 'train',
  request: trainRequestSchema,
  run: runTraining
}

async function runTraining(request: TrainRequest, context: JobContext): Promise<ModelResult> {
  const settings = parseSettings(annSettingsSchema, request.settings)
  const dataset = await openDataset(request.data)
  const { runtime } = await context.denseRuntime()
  checkCrawl(runtime, context)
  const training = await loadCases(dataset, 'train', PREPROCESSING, context)
  const validation = await loadCases(dataset, 'validation', PREPROCESSING, context)
  const architecture: Architecture = {
    family: 'unet3d',
    inputChannels: 1,
    outputChannels: CROP_LABELS.length,
    channels: settings.channels,
    batchNorm: true,
    activation: { kind: 'relu' },
    pooling: 'average'
  }
  const { parameters, network } = newNetwork(architecture, settings)
  const outcome = await runStage(
    {
      stage: settings.direct ? 'direct' : 'ann',
      dir: request.out,
      network,
      options: trainingOptions(settings),
      identity: { settings, data: dataset.datasetHash }
    },
    training,
    validation,
    context
  )
  parameters.values.set(outcome.values)
  const finished = settings.direct
    ? foldedSpiking(architecture, parameters, settings.direct)
    : { architecture, parameters, spiking: null }
  const id = basename(request.out)
  const manifest = {
    id,
    name: settings.direct ? 'Directly trained spiking U-Net' : 'U-Net (ANN)',
    stage: settings.direct ? ('direct' as const) : ('ann' as const),
    architecture: finished.architecture,
    spiking: finished.spiking,
    preprocessing: PREPROCESSING,
    labels: [...CROP_LABELS],
    licence: 'CC-BY-SA-4.0',
    provenance: {
      data: { hash: dataset.datasetHash, training: training.length, validation: validation.length },
      settings,
      runtime,
      seconds: Math.round(outcome.seconds),
      bestEpoch: outcome.bestEpoch,
      parent: null
    },
    scores: { validation: outcome.validation }
  }
  const tensors = storedTensors(finished.parameters, finished.spiking !== null)
  await writeModel(request.out, manifest, tensors, modelCard(manifest))
  return {
    model: id,
    out: request.out,
    stage: manifest.stage,
    seconds: outcome.seconds,
    runtime,
    validation: outcome.validation,
    warnings: []
  }
}

function newNetwork(
  architecture: Architecture,
  settings: AnnSettings
): { parameters: ParameterSet; network: TrainableNetwork } {
  const start = initialParameters(architecture, createRandom(settings.seed).gaussian)
  const { direct, loss } = settings
  if (!direct) {
    return {
      parameters: start,
      network: annNetwork(architecture, start, loss, PREPROCESSING.padMultiple)
    }
  }
  const ones = new Map(activatedLayers(architecture).map((layer) => [layer.name, [1]]))
  const parameters = spikingParameters(start, ones, true)
  const network = snnNetwork(architecture, parameters, {
    neuron: {
      mode: direct.mode,
      initialPotential: direct.initialPotential,
      surrogate: direct.surrogate
    },
    timesteps: direct.timesteps,
    loss,
    teacher: null,
    penalties: { operations: direct.operationsPenalty, rate: direct.ratePenalty },
    padMultiple: PREPROCESSING.padMultiple
  })
  return { parameters, network }
}

/** A directly trained network with its batch normalisation folded, as spiking models are stored. */
function foldedSpiking(
  architecture: Architecture,
  parameters: ParameterSet,
  direct: NonNullable<AnnSettings['direct']>
): { architecture: Architecture; parameters: ParameterSet; spiking: Spiking } {
  const folded = foldBatchNorm(architecture, parameters)
  const thresholds = new Map(
    activatedLayers(architecture).map((layer) => [
      layer.name,
      Array.from(parameterValues(parameters, `${layer.name}.logThreshold`), Math.exp)
    ])
  )
  const spiking = spikingParameters(folded.parameters, thresholds, true)
  return {
    architecture: folded.architecture,
    parameters: spiking,
    spiking: {
      mode: direct.mode,
      defaultTimesteps: direct.timesteps,
      initialPotential: direct.initialPotential,
      variants: [variantOf(spiking, direct.timesteps, '')]
    }
  }
}
