import { z } from 'zod'
import { dicomRequestSchema } from './dicom'
import { givenBoxSchema, headReportSchema } from './head'
import { runtimeSchema } from './runtime'
import { spikeModeSchema } from './model'
import { diceSchema, partSchema } from './training'

/** Requests and results of the engine's jobs: what the command line and the window both speak. */

const path = z.string().min(1, 'is empty; give a path')
const timesteps = z.int().min(1).max(64)
/** i0, j0, k0, i1, j1, k1: 0-based voxel indices in stored axis order, end exclusive. */
export const roiSchema = z.tuple([
  z.int().min(0),
  z.int().min(0),
  z.int().min(0),
  z.int().positive(),
  z.int().positive(),
  z.int().positive()
])

/** What the event runtime computes with: `int16` is faster and rounds weights and membrane potentials. */
export const eventPrecisionSchema = z.enum(['float32', 'int16'])
export type EventPrecision = z.infer<typeof eventPrecisionSchema>

const inferenceOptions = {
  /** Null for the model's own. */
  timesteps: timesteps.nullable(),
  // The others are the event runtime's alone; null for its default.
  precision: eventPrecisionSchema.nullable(),
  /** Stop at the first timestep at which no larger share of the mask changes its label; null to run them all. */
  earlyExit: z.number().min(0).max(1).nullable(),
  threads: z.int().min(1).max(64).nullable()
}
export const inferenceOptionsSchema = z.strictObject(inferenceOptions)
export type InferenceOptions = z.infer<typeof inferenceOptionsSchema>

export const segmentRequestSchema = z.strictObject({
  image: path,
  out: path,
  /** Folder of the model. */
  model: path,
  ...inferenceOptions,
  probabilities: z.string().nullable(),
  spikes: z.string().nullable(),
  /** Voxels of the image, 0-based in stored axis order, whose neurons' membrane potentials are written with the spikes. */
  potentials: z.array(z.tuple([z.int().min(0), z.int().min(0), z.int().min(0)])).optional(),
  /** Folder for every spike, for the views of spike activity; written by the event runtime alone. */
  spikeStore: path.nullable().optional(),
  /** PNG of a coronal plane with the mask's outline, to look at it quickly. */
  picture: path.nullable().optional(),
  dicom: dicomRequestSchema.optional(),
  /**
   * `auto`: an image larger than a crop is a head, in which the hippocampi are located. `whole`: the image is a crop around one hippocampus, come
   * what may. Or a box of voxels around one.
   */
  roi: z.union([z.enum(['auto', 'whole']), roiSchema]),
  /** Of a head: what to segment. Of a crop: what it shows; `both` for not known. */
  side: z.enum(['left', 'right', 'both']),
  /** `native`: 1 and 2 in a crop, 1 to 4 in a head; `freesurfer`: 17 and 53. */
  labels: z.enum(['native', 'freesurfer']),
  /** Of a head: these in place of located ones. */
  boxes: z.array(givenBoxSchema).min(1).max(2).nullable(),
  /** Of boxes that are given: that the head was located before, by which it is known to be a T1-weighted one. */
  isKnownHead: z.boolean().optional(),
  /** Of a head: segment it again in moved windows, to tell how repeatable its volumes are. */
  repeatability: z.boolean().optional(),
  /** Folder of the template that heads are registered to. */
  template: path,
  repairGeometry: z.boolean(),
  force: z.boolean()
})
export type SegmentRequest = z.infer<typeof segmentRequestSchema>

export const segmentResultSchema = z.strictObject({
  model: z.string(),
  runtime: runtimeSchema,
  /** Null for an ANN. */
  timesteps: z.number().nullable(),
  /** Fewer than asked for after an early exit; null for an ANN. */
  timestepsRun: z.number().nullable(),
  out: z.string(),
  volumesMm3: z.strictObject({
    anterior: z.number(),
    posterior: z.number(),
    whole: z.number()
  }),
  /** Null for a crop. */
  head: headReportSchema.nullable(),
  /** Mean probability of the chosen label over the mask's voxels; null for an empty mask. */
  confidence: z.number().nullable(),
  seconds: z.number(),
  /** Null for an ANN. */
  meanFiringRate: z.number().nullable(),
  /** Null for an ANN. */
  synapticOperations: z.number().nullable(),
  /** The ANN's. */
  macs: z.number(),
  /** ANN ÷ SNN; null for an ANN. */
  energyRatio: z.number().nullable(),
  warnings: z.array(z.string())
})
export type SegmentResult = z.infer<typeof segmentResultSchema>

export const evaluateSplitSchema = z.enum([...partSchema.options, 'all'])

export const evaluateRequestSchema = z.strictObject({
  data: path,
  split: evaluateSplitSchema,
  model: path,
  ...inferenceOptions
})
export type EvaluateRequest = z.infer<typeof evaluateRequestSchema>

const scores = {
  /** Null where the label knows only the whole hippocampus, as the posterior part's. */
  diceAnterior: z.number().nullable(),
  dicePosterior: z.number().nullable(),
  diceWhole: z.number(),
  hd95Anterior: z.number().nullable(),
  hd95Posterior: z.number().nullable(),
  hd95Whole: z.number().nullable()
}
export const caseScoresSchema = z.strictObject({ id: z.string(), ...scores, seconds: z.number() })
export const evaluateResultSchema = z.strictObject({
  model: z.string(),
  runtime: runtimeSchema,
  timesteps: z.number().nullable(),
  /** A case, mean: fewer than asked for after early exits; null for an ANN. */
  timestepsRun: z.number().nullable(),
  split: evaluateSplitSchema,
  cases: z.array(caseScoresSchema),
  /** Over the cases; a score that is null in a case is left out of its mean. */
  mean: z.strictObject(scores),
  firingRate: z.record(z.string(), z.number()),
  meanFiringRate: z.number().nullable(),
  /** A case, mean. */
  synapticOperations: z.number().nullable(),
  neuronUpdates: z.number().nullable(),
  /** What the event runtime added up in fact, a case, mean; null for a dense runtime. */
  accumulates: z.number().nullable(),
  /** The ANN's, a case, mean. */
  macs: z.number(),
  /** ANN ÷ SNN; null for an ANN. */
  energyRatio: z.number().nullable(),
  secondsPerCase: z.number()
})
export type EvaluateResult = z.infer<typeof evaluateResultSchema>

const folders = {
  data: path,
  /** Folder of the model to write. */
  out: path,
  /** Whether to replace a model that is there and is not this run's own; no unless said otherwise. */
  force: z.boolean().optional()
}
/** Settings of a stage: overrides of its defaults, checked by the stage's own schema. */
const settings = z.record(z.string(), z.unknown())

const trainingOptions = {
  /** Folder of a data set whose training cases are mixed in, against forgetting; null for none. */
  rehearsal: path.nullable().optional(),
  /** Folder for a PNG of a validation case before training and after each validation: `<case>_epoch-003.png`; null for none. */
  previews: path.nullable().optional(),
  settings
}

export const trainRequestSchema = z.strictObject({
  ...folders,
  /** ANN to go on from: a model folder; null to start from random weights. */
  model: path.nullable().optional(),
  ...trainingOptions
})
export type TrainRequest = z.infer<typeof trainRequestSchema>

export const convertRequestSchema = z.strictObject({
  ...folders,
  model: path,
  timesteps,
  mode: spikeModeSchema,
  method: z.enum(['percentile', 'qcfs']),
  percentile: z.number().gt(50).max(100),
  granularity: z.enum(['layer', 'channel']),
  /** Factor on the thresholds. */
  scale: z.number().positive(),
  /** Whether a spike stays worth its threshold when that is learned later. */
  outputScaling: z.boolean(),
  initialPotential: z.number().min(0).max(1)
})
export type ConvertRequest = z.infer<typeof convertRequestSchema>

export const finetuneRequestSchema = z.strictObject({
  ...folders,
  model: path,
  /** ANN to distil from: a model folder; null for none. */
  teacher: z.string().nullable(),
  ...trainingOptions
})
export type FinetuneRequest = z.infer<typeof finetuneRequestSchema>

/** What a stage that writes a model ends with. */
export const modelResultSchema = z.strictObject({
  model: z.string(),
  out: z.string(),
  stage: z.string(),
  seconds: z.number(),
  runtime: runtimeSchema,
  /** On the validation split. */
  validation: diceSchema.nullable(),
  warnings: z.array(z.string())
})
export type ModelResult = z.infer<typeof modelResultSchema>

export const benchRequestSchema = z.strictObject({
  repeats: z.int().min(1).max(1000),
  /** Folder of a spiking model. */
  model: path
})
export type BenchRequest = z.infer<typeof benchRequestSchema>
export const benchResultSchema = z.strictObject({
  runtime: runtimeSchema,
  size: z.array(z.number()),
  timesteps: z.number(),
  /** Median milliseconds by what was measured. */
  milliseconds: z.record(z.string(), z.number()),
  ratios: z.record(z.string(), z.number()),
  peakMemoryBytes: z.number()
})
export type BenchResult = z.infer<typeof benchResultSchema>
