import { z } from 'zod'
import { HippospikeError } from '../../../shared/errors'
import { firstIssue } from '../../../shared/issues'
import { spikeModeSchema } from '../../../shared/model'
import { SURROGATES } from '../../../core/snn/surrogate'
import {
  AUGMENTATION_DEFAULTS,
  type AugmentationOptions
} from '../../../core/training/augmentation'
import { LOSSES } from '../../../core/training/losses'
import { ADAMW_DEFAULTS } from '../../../core/training/optimiser'
import type { TrainingOptions } from '../../../core/training/train'

const edge = z.int().min(8).max(256).multipleOf(8)

/** What all stages share; the defaults of each stage are the recipe of the models that ship. */
const common = {
  epochs: z.int().min(1).max(10_000),
  batchSize: z.int().min(1).max(64),
  /** Size of a training sample in voxels, x, y, z. */
  patch: z.tuple([edge, edge, edge]).default([40, 56, 40]),
  learningRate: z.number().positive().max(1),
  warmUpEpochs: z.number().min(0).default(1),
  finalRateFraction: z.number().min(0).max(1).default(0.01),
  weightDecay: z.number().min(0).default(ADAMW_DEFAULTS.weightDecay),
  clipNorm: z.number().positive().default(ADAMW_DEFAULTS.clipNorm),
  /** Decay a step of the moving average that is validated and kept. */
  averageDecay: z.number().min(0).lt(1),
  augmentation: z.boolean().default(true),
  /** Show a quarter of the augmented samples as scans of larger voxels or thick slices would. */
  coarseScans: z.boolean().default(true),
  validateEvery: z.int().min(1),
  /** Null for every training case once an epoch, and rehearsal beside. */
  stepsPerEpoch: z.int().min(1).max(100_000).nullable().default(null),
  /** Share of the samples that comes from the rehearsal data set, where there is one. */
  rehearsalShare: z.number().min(0).lt(1).default(0.5),
  loss: z.enum(LOSSES).default('dice+cross-entropy'),
  seed: z.int().min(0).max(0xffff_ffff).default(1)
}

const spikingNeuron = {
  surrogate: z.enum(SURROGATES).default('triangle'),
  /** Weight of the penalty on synaptic operations (as a fraction of the ANN's MACs). */
  operationsPenalty: z.number().min(0).default(0),
  /** Weight of the penalty on the mean firing rate. */
  ratePenalty: z.number().min(0).default(0)
}

export const annSettingsSchema = z.strictObject({
  ...common,
  epochs: common.epochs.default(60),
  batchSize: common.batchSize.default(2),
  learningRate: common.learningRate.default(2e-3),
  averageDecay: common.averageDecay.default(0.998),
  validateEvery: common.validateEvery.default(2),
  /** At most as many levels as patch and padding, multiples of 8, can be halved. */
  channels: z.array(z.int().min(1).max(512)).min(1).max(4).default([16, 32, 64]),
  /** Train a spiking network from random weights instead (the comparison the three stages are measured against). */
  direct: z
    .strictObject({
      ...spikingNeuron,
      timesteps: z.int().min(1).max(64).default(4),
      mode: spikeModeSchema.default('binary'),
      initialPotential: z.number().min(0).max(1).default(0.5)
    })
    .nullable()
    .default(null)
})
export type AnnSettings = z.infer<typeof annSettingsSchema>

export const finetuneSettingsSchema = z.strictObject({
  ...common,
  ...spikingNeuron,
  epochs: common.epochs.default(8),
  batchSize: common.batchSize.default(1),
  learningRate: common.learningRate.default(8e-4),
  operationsPenalty: spikingNeuron.operationsPenalty.default(0.05),
  warmUpEpochs: common.warmUpEpochs.default(0.25),
  averageDecay: common.averageDecay.default(0.995),
  validateEvery: common.validateEvery.default(1),
  /** Of a spiking model: the number of timesteps to tune; null for the model's default. */
  timesteps: z.int().min(1).max(64).nullable().default(null),
  /** Weight of the distillation from the teacher, where there is one. */
  distillation: z.number().min(0).default(1),
  /** Ask the teacher about the mirror image too, and teach the mean of both answers. */
  mirroredTeacher: z.boolean().default(true),
  /**
   * Share of the tuned parameters in those that are kept, the rest being what the run began with: keeps what was learned before (Wortsman et al. 2022,
   * doi:10.1109/CVPR52688.2022.00780).
   */
  tunedShare: z.number().gt(0).max(1).default(1),
  /** Factor on the thresholds at the start: below 1 suits fewer timesteps than the model had. */
  thresholdScale: z.number().positive().default(1),
  /** Learning rate of the thresholds relative to that of the weights. */
  thresholdRate: z.number().min(0).default(1)
})
export type FinetuneSettings = z.infer<typeof finetuneSettingsSchema>

/** @throws HippospikeError (usage) naming the first setting that does not fit */
export function parseSettings<T>(schema: z.ZodType<T>, settings: unknown): T {
  const parsed = schema.safeParse(settings)
  if (parsed.success) return parsed.data
  throw new HippospikeError('usage', `settings: ${firstIssue(parsed.error)}`)
}

/** The options of the training loop from a stage's settings. */
export function trainingOptions(
  settings: Omit<AnnSettings, 'channels' | 'direct'> & { thresholdRate?: number }
): TrainingOptions {
  const { epochs, batchSize, patch, learningRate, warmUpEpochs, finalRateFraction } = settings
  const { averageDecay, validateEvery, seed, weightDecay, clipNorm } = settings
  const { stepsPerEpoch, rehearsalShare } = settings
  return {
    epochs,
    batchSize,
    patch,
    learningRate,
    warmUpEpochs,
    finalRateFraction,
    averageDecay,
    stepsPerEpoch,
    rehearsalShare,
    validateEvery,
    seed,
    statisticsMomentum: 0.1,
    augmentation: augmentationOf(settings),
    adamW: {
      ...ADAMW_DEFAULTS,
      weightDecay,
      clipNorm,
      thresholdRate: settings.thresholdRate ?? ADAMW_DEFAULTS.thresholdRate
    }
  }
}

function augmentationOf({
  augmentation,
  coarseScans
}: Pick<AnnSettings, 'augmentation' | 'coarseScans'>): AugmentationOptions | null {
  if (!augmentation) return null
  return coarseScans ? AUGMENTATION_DEFAULTS : { ...AUGMENTATION_DEFAULTS, coarse: 0 }
}
