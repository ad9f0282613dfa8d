import { trainRequestSchema, type ModelResult, type TrainRequest } from '../../../shared/jobs'
import { CROP_LABELS } from '../../../shared/labels'
import { HippospikeError } from '../../../shared/errors'
import type { Architecture, Model, Preprocessing, Spiking } from '../../../shared/model'
import { foldBatchNorm } from '../../../core/conversion/fold-batch-norm'
import { spikingParameters } from '../../../core/conversion/spiking-parameters'
import { activatedLayers } from '../../../core/snn/architecture'
import { modelParameters, storedTensors, variantOf } from '../../../core/snn/model-parameters'
import { initialParameters, parameterValues, type ParameterSet } from '../../../core/snn/parameters'
import { annNetwork } from '../../../core/training/ann-network'
import type { TrainableNetwork } from '../../../core/training/network'
import { createRandom } from '../../../core/training/random'
import { snnNetwork } from '../../../core/training/snn-network'
import { readModel, writeModel } from '../../workspace/model-folder'
import { modelIdOfFolder } from '../../workspace/model-id'
import { modelCard } from '../training/card'
import { checkModelPlace } from '../training/model-place'
import { PREPROCESSING } from '../training/preprocessing'
import {
  annSettingsSchema,
  parseSettings,
  trainingOptions,
  type AnnSettings
} from '../training/settings'
import { runStage } from '../training/stage'
import { checkCrawl } from '../training/runtime-check'
import {
  dataIdentity,
  dataProvenance,
  openTrainingData,
  readTrainingData
} from '../training/training-data'
import type { Job, JobContext } from './job'

/** Stage 1: trains the ANN from random weights or from those of another; or, for comparison, a spiking network directly. */
export const trainJob: Job<TrainRequest, ModelResult> = {
  kind: 'train',
  request: trainRequestSchema,
  run: runTraining
}

async function runTraining(request: TrainRequest, context: JobContext): Promise<ModelResult> {
  const settings = parseSettings(annSettingsSchema, request.settings)
  const parent = request.model ? await readParent(request.model, settings) : null
  await checkModelPlace(request.out, {
    force: request.force ?? false,
    sources: [request.model ?? null],
    resumes: true
  })
  const preprocessing = parent?.manifest.preprocessing ?? PREPROCESSING
  const data = await openTrainingData(request)
  const { runtime } = await context.denseRuntime()
  checkCrawl(runtime, context)
  const cases = await readTrainingData(data, preprocessing, context)
  const { training, validation, rehearsal } = cases
  const architecture: Architecture = parent?.manifest.architecture ?? {
    family: 'unet3d',
    inputChannels: 1,
    outputChannels: CROP_LABELS.length,
    channels: settings.channels,
    batchNorm: true,
    activation: { kind: 'relu' },
    pooling: 'average'
  }
  const start = parent
    ? modelParameters(parent)
    : initialParameters(architecture, createRandom(settings.seed).gaussian)
  const { parameters, network } = networkOf(architecture, start, preprocessing, settings)
  const outcome = await runStage(
    {
      stage: settings.direct ? 'direct' : 'ann',
      dir: request.out,
      network,
      options: trainingOptions(settings),
      rehearsal,
      previews: request.previews ?? null,
      identity: {
        settings,
        ...dataIdentity(data)
      }
    },
    training,
    validation,
    context
  )
  parameters.values.set(outcome.values)
  const finished = settings.direct
    ? foldedSpiking(architecture, parameters, settings.direct)
    : { architecture, parameters, spiking: null }
  const id = modelIdOfFolder(request.out)
  const manifest = {
    id,
    name: settings.direct ? 'Directly trained spiking U-Net' : 'U-Net (ANN)',
    stage: settings.direct ? ('direct' as const) : ('ann' as const),
    architecture: finished.architecture,
    spiking: finished.spiking,
    preprocessing,
    labels: [...CROP_LABELS],
    licence: parent?.manifest.licence ?? 'CC-BY-SA-4.0',
    provenance: {
      ...dataProvenance(data, cases),
      settings,
      runtime,
      seconds: Math.round(outcome.seconds),
      bestEpoch: outcome.bestEpoch,
      parent: parent && {
        id: parent.manifest.id,
        weightsSha256: parent.manifest.weightsSha256,
        provenance: parent.manifest.provenance
      }
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

/** The ANN to go on from; its shape takes the place of `channels`. */
async function readParent(dir: string, settings: AnnSettings): Promise<Model> {
  if (settings.direct) {
    throw new HippospikeError(
      'usage',
      'a directly trained network starts from random weights; leave out the model to go on from, or --direct'
    )
  }
  const parent = await readModel(dir)
  if (parent.manifest.spiking === null) return parent
  throw new HippospikeError(
    'input',
    `model ${parent.manifest.id} is a spiking model, which fine-tuning goes on from; training takes an ANN`
  )
}

function networkOf(
  architecture: Architecture,
  start: ParameterSet,
  { padMultiple }: Preprocessing,
  { direct, loss }: AnnSettings
): { parameters: ParameterSet; network: TrainableNetwork } {
  if (!direct) {
    return { parameters: start, network: annNetwork(architecture, start, loss, padMultiple) }
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
    padMultiple
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
