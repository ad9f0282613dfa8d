import type * as tf from '@tensorflow/tfjs-core'
import type { Architecture, ModelManifest } from '../../../shared/model'
import { CROP_LABELS } from '../../../shared/labels'
import {
  measureRequestSchema,
  type Measurement,
  type MeasureRequest
} from '../../../shared/measure'
import { median } from '../../../core/metrics/statistics'
import { spikingParameters } from '../../../core/conversion/spiking-parameters'
import { activatedLayers } from '../../../core/snn/architecture'
import { initialParameters, toTensors, type ParameterSet } from '../../../core/snn/parameters'
import { annForward } from '../../../core/snn/unet-ann'
import { annNetwork } from '../../../core/training/ann-network'
import { mirrorAverage } from '../../../core/training/mirror-average'
import type { TrainableNetwork } from '../../../core/training/network'
import { createRandom } from '../../../core/training/random'
import { snnNetwork, type SnnTrainingOptions } from '../../../core/training/snn-network'
import { validate } from '../../../core/training/train'
import { readManifest } from '../../workspace/model-folder'
import { PREPROCESSING } from '../training/preprocessing'
import {
  annSettingsSchema,
  finetuneSettingsSchema,
  parseSettings,
  trainingOptions,
  type AnnSettings,
  type FinetuneSettings
} from '../training/settings'
import { syntheticCase, timedSteps } from '../training/timed-steps'
import { yieldToHost, type Job, type JobContext } from './job'

/** The first of them warms up. */
const STEPS = 4
/** A machine that is as slow as this need not be measured twice. */
const ENOUGH_SECONDS = 20

const USUAL_CHANNELS = annSettingsSchema.parse({}).channels

/** Measures what a step of a planned training takes here: real ones, of a network of its shape, on made-up cases. */
export const measureStepJob: Job<MeasureRequest, Measurement> = {
  kind: 'measure-step',
  request: measureRequestSchema,
  run: measure
}

async function measure(request: MeasureRequest, context: JobContext): Promise<Measurement> {
  const manifest = request.model === null ? null : await readManifest(request.model)
  const planned = plan(request, manifest)
  const { settings } = planned
  const { runtime } = await context.denseRuntime()
  const network = planned.network()
  const cases = Array.from({ length: STEPS * settings.batchSize }, (_, seed) =>
    syntheticCase(seed, settings.patch)
  )
  const options = trainingOptions(settings)
  const taken: number[] = []
  const start = performance.now()
  for await (const ms of timedSteps(network, cases, options)) {
    taken.push(ms / 1000)
    context.progress('measure', taken.length / STEPS, `step ${taken.length} of ${STEPS}`)
    await yieldToHost(context)
    if (taken.length === STEPS || (performance.now() - start) / 1000 > ENOUGH_SECONDS) break
  }
  const validationStart = performance.now()
  await validate(network, network.parameters.values, [cases[0]!])
  return {
    runtime,
    secondsPerStep: median(taken.length > 1 ? taken.slice(1) : taken),
    secondsPerCase: (performance.now() - validationStart) / 1000,
    epochs: options.epochs,
    validateEvery: options.validateEvery,
    sampling: {
      batchSize: options.batchSize,
      stepsPerEpoch: options.stepsPerEpoch,
      rehearsalShare: options.rehearsalShare
    },
    parameters: network.parameters.values.length,
    // Kilobytes on Linux and macOS alike (Node documents it so).
    peakMemoryBytes: process.resourceUsage().maxRSS * 1024
  }
}

interface Planned {
  settings: AnnSettings | FinetuneSettings
  /** To be made once TensorFlow is there. */
  network: () => TrainableNetwork
}

/** The stage with networks of random weights: they take as long as learned ones. */
function plan(request: MeasureRequest, manifest: ModelManifest | null): Planned {
  const { padMultiple } = manifest?.preprocessing ?? PREPROCESSING
  if (request.stage === 'ann') {
    const settings = parseSettings(annSettingsSchema, request.settings)
    const architecture = architectureOf(manifest, request.channels ?? settings.channels, true)
    return {
      settings,
      network: () => annNetwork(architecture, random(architecture), settings.loss, padMultiple)
    }
  }
  const settings = parseSettings(finetuneSettingsSchema, request.settings)
  const architecture = architectureOf(manifest, request.channels ?? USUAL_CHANNELS, false)
  const spiking = manifest?.spiking ?? null
  const neuron = {
    mode: request.mode ?? spiking?.mode ?? 'binary',
    initialPotential: spiking?.initialPotential ?? 0.5,
    surrogate: settings.surrogate
  }
  const timesteps = request.timesteps ?? settings.timesteps ?? spiking?.defaultTimesteps ?? 4
  return {
    settings,
    network: () =>
      snnNetwork(architecture, randomSpiking(architecture), {
        neuron,
        timesteps,
        loss: settings.loss,
        teacher: request.teacher ? randomTeacher(architecture, settings) : null,
        penalties: { operations: settings.operationsPenalty, rate: settings.ratePenalty },
        padMultiple
      })
  }
}

function randomSpiking(architecture: Architecture): ParameterSet {
  const thresholds = new Map(activatedLayers(architecture).map(({ name }) => [name, [1]]))
  return spikingParameters(random(architecture), thresholds, true)
}

function randomTeacher(
  architecture: Architecture,
  { distillation, mirroredTeacher }: FinetuneSettings
): SnnTrainingOptions['teacher'] {
  const tensors = toTensors(random(architecture))
  const answer = (image: tf.Tensor5D): tf.Tensor5D => annForward(architecture, tensors, image)
  return {
    weight: distillation,
    predict: mirroredTeacher ? (image) => mirrorAverage(answer, image) : answer
  }
}

function random(architecture: Architecture): ParameterSet {
  return initialParameters(architecture, createRandom(1).gaussian)
}

/** Of the model, or else with these channels. */
function architectureOf(
  manifest: ModelManifest | null,
  channels: number[],
  batchNorm: boolean
): Architecture {
  if (manifest !== null) return { ...manifest.architecture, batchNorm }
  return {
    family: 'unet3d',
    inputChannels: 1,
    outputChannels: CROP_LABELS.length,
    channels,
    batchNorm,
    activation: { kind: 'relu' },
    pooling: 'average'
  }
}
