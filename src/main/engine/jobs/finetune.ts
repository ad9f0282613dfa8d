import * as tf from '@tensorflow/tfjs-core'
import { HippospikeError } from '../../../shared/errors'
import { finetuneRequestSchema, type FinetuneRequest, type ModelResult } from '../../../shared/jobs'
import type { Model, Spiking, SpikingVariant } from '../../../shared/model'
import { modelParameters, storedTensors, variantOf } from '../../../core/snn/model-parameters'
import { toTensors, type ParameterSet } from '../../../core/snn/parameters'
import { annForward } from '../../../core/snn/unet-ann'
import type { TrainingCase } from '../../../core/training/augmentation'
import { mirrorAverage } from '../../../core/training/mirror-average'
import type { TrainableNetwork } from '../../../core/training/network'
import { snnNetwork, type SnnTrainingOptions } from '../../../core/training/snn-network'
import { validate } from '../../../core/training/train'
import { readModel, writeModel } from '../../workspace/model-folder'
import { modelIdOfFolder } from '../../workspace/model-id'
import { modelCard } from '../training/card'
import { checkModelPlace } from '../training/model-place'
import { checkCrawl } from '../training/runtime-check'
import {
  finetuneSettingsSchema,
  parseSettings,
  trainingOptions,
  type FinetuneSettings
} from '../training/settings'
import { runStage, type StageOutcome } from '../training/stage'
import {
  dataIdentity,
  dataProvenance,
  openTrainingData,
  readTrainingData
} from '../training/training-data'
import type { Job, JobContext } from './job'

/** Stage 3: fine-tunes a spiking model by spike-based backpropagation through time. */
export const finetuneJob: Job<FinetuneRequest, ModelResult> = {
  kind: 'finetune',
  request: finetuneRequestSchema,
  run: finetune
}

async function finetune(request: FinetuneRequest, context: JobContext): Promise<ModelResult> {
  const settings = parseSettings(finetuneSettingsSchema, request.settings)
  const model = await readModel(request.model)
  const { manifest } = model
  const { spiking, architecture } = manifest
  if (spiking === null) {
    throw new HippospikeError(
      'input',
      `model ${manifest.id} is an ANN; convert it first: hippospike convert --model ${request.model}`
    )
  }
  const teacher = request.teacher === null ? null : await readTeacher(request.teacher)
  await checkModelPlace(request.out, {
    force: request.force ?? false,
    sources: [request.model, request.teacher],
    resumes: true
  })
  const data = await openTrainingData(request)
  const { runtime } = await context.denseRuntime()
  checkCrawl(runtime, context)
  const cases = await readTrainingData(data, manifest.preprocessing, context)
  const { training, validation, rehearsal } = cases

  const timesteps = settings.timesteps ?? spiking.defaultTimesteps
  const parameters = modelParameters(model, timesteps)
  scaleThresholds(parameters, settings.thresholdScale)
  const start = Float32Array.from(parameters.values)
  const teaching = teacher && teach(teacher, settings)
  const network = snnNetwork(architecture, parameters, {
    neuron: {
      mode: spiking.mode,
      initialPotential: spiking.initialPotential,
      surrogate: settings.surrogate
    },
    timesteps,
    loss: settings.loss,
    teacher: teaching?.teacher ?? null,
    penalties: { operations: settings.operationsPenalty, rate: settings.ratePenalty },
    padMultiple: manifest.preprocessing.padMultiple
  })
  const tuning = await runStage(
    {
      stage: 'fine-tune',
      dir: request.out,
      network,
      options: trainingOptions(settings),
      rehearsal,
      previews: request.previews ?? null,
      identity: {
        settings,
        ...dataIdentity(data),
        parent: manifest.weightsSha256,
        teacher: teacher?.manifest.weightsSha256 ?? null
      }
    },
    training,
    validation,
    context
  ).finally(() => teaching?.dispose())
  const outcome = await blended(network, start, tuning, settings.tunedShare, validation)
  parameters.values.set(outcome.values)

  const id = modelIdOfFolder(request.out)
  const merged = withOtherVariants(model, parameters, timesteps)
  const tuned = {
    ...withoutFiles(manifest),
    id,
    name: `Fine-tuned spiking U-Net (${spiking.mode})`,
    stage: 'fine-tuned' as const,
    spiking: merged.spiking,
    provenance: {
      ...dataProvenance(data, cases),
      settings,
      timesteps,
      runtime,
      seconds: Math.round(outcome.seconds),
      bestEpoch: outcome.bestEpoch,
      parent: {
        id: manifest.id,
        weightsSha256: manifest.weightsSha256,
        provenance: manifest.provenance
      },
      teacher: teacher && { id: teacher.manifest.id, weightsSha256: teacher.manifest.weightsSha256 }
    },
    scores: {
      ...(manifest.stage === 'fine-tuned' ? manifest.scores : {}),
      [`validation (T=${timesteps})`]: outcome.validation
    }
  }
  await writeModel(request.out, tuned, merged.tensors, modelCard(tuned))
  return {
    model: id,
    out: request.out,
    stage: tuned.stage,
    seconds: outcome.seconds,
    runtime,
    validation: outcome.validation,
    warnings: []
  }
}

/** What is kept of a run: a share of what it tuned, and the Dice on validation that this has. */
async function blended(
  network: TrainableNetwork,
  start: Float32Array,
  tuning: StageOutcome,
  share: number,
  validation: TrainingCase[]
): Promise<StageOutcome> {
  if (share === 1) return tuning
  // Thresholds are kept as logarithms: theirs is the geometric mean.
  const values = start.map((value, n) => value + share * (tuning.values[n]! - value))
  const scores = validation.length === 0 ? null : await validate(network, values, validation)
  return { ...tuning, values, validation: scores && scores.dice }
}

async function readTeacher(dir: string): Promise<Model> {
  const teacher = await readModel(dir)
  if (teacher.manifest.spiking === null) return teacher
  throw new HippospikeError(
    'input',
    `teacher ${teacher.manifest.id} is a spiking model; give an ANN`
  )
}

function teach(
  teacher: Model,
  { distillation, mirroredTeacher }: FinetuneSettings
): { teacher: SnnTrainingOptions['teacher']; dispose: () => void } {
  const tensors = toTensors(modelParameters(teacher))
  const answer = (image: tf.Tensor5D): tf.Tensor5D =>
    annForward(teacher.manifest.architecture, tensors, image)
  return {
    teacher: {
      weight: distillation,
      predict: mirroredTeacher ? (image) => mirrorAverage(answer, image) : answer
    },
    dispose: () => tf.dispose(tensors)
  }
}

function scaleThresholds({ entries, values }: ParameterSet, factor: number): void {
  const shift = Math.log(factor)
  for (const { role, offset, size } of entries) {
    if (role !== 'threshold') continue
    for (let i = offset; i < offset + size; i++) values[i] = values[i]! + shift
  }
}

/** A fine-tuned model keeps what it was tuned for before: the new timesteps join as a variant with weights of their own. */
function withOtherVariants(
  { manifest, weights }: Model,
  parameters: ParameterSet,
  timesteps: number
): { spiking: Spiking; tensors: { name: string; shape: number[]; values: Float32Array }[] } {
  const before = manifest.spiking!
  const kept: SpikingVariant[] =
    manifest.stage === 'fine-tuned'
      ? before.variants.filter((variant) => variant.timesteps !== timesteps)
      : []
  const prefix = kept.length === 0 ? '' : `t${timesteps}/`
  const keptTensors = [...weights]
    .filter(([name]) => kept.some((variant) => variant.weightsPrefix === prefixOf(name)))
    .map(([name, { shape, values }]) => ({ name, shape, values }))
  return {
    spiking: {
      ...before,
      defaultTimesteps: kept.length === 0 ? timesteps : before.defaultTimesteps,
      variants: [...kept, variantOf(parameters, timesteps, prefix)]
    },
    tensors: [...keptTensors, ...storedTensors(parameters, true, prefix)]
  }
}

/** 't2/enc0.conv1.kernel' → 't2/'. */
function prefixOf(name: string): string {
  return name.slice(0, name.lastIndexOf('/') + 1)
}

function withoutFiles(manifest: Model['manifest']) {
  const { architecture, preprocessing, labels, licence } = manifest
  return { architecture, preprocessing, labels, licence }
}
