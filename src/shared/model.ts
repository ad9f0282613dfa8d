import { z } from 'zod'
import { HippospikeError } from './errors'

/** Ending of a model as one file. */
export const MODEL_EXTENSION = '.hippospike'

/** Newest version of model.json that this program reads and the one it writes. */
export const MODEL_FORMAT_VERSION = 1

/**
 * A 3-D U-Net made for conversion: `channels[i]` feature maps at level i (level 0 is full resolution), two 3³ convolutions a
 * level, average pooling down, a 1³ reduction and nearest upsampling on the way up, a linear 1³ output layer.
 */
export const architectureSchema = z.strictObject({
  family: z.literal('unet3d'),
  inputChannels: z.literal(1),
  outputChannels: z.int().min(2).max(64),
  channels: z.array(z.int().positive().max(512)).min(1).max(5),
  /** Batch normalisation still between convolution and activation (only in an ANN that is not folded yet). */
  batchNorm: z.boolean(),
  /** The ANN's activation: ReLU, or QCFS's quantised clip-floor-shift with this many levels. */
  activation: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('relu') }),
    z.strictObject({ kind: z.literal('qcfs'), levels: z.int().min(1).max(64) })
  ]),
  pooling: z.enum(['average', 'max'])
})
export type Architecture = z.infer<typeof architectureSchema>

/** binary {0,1}; ternary {-1,0,1} plain, or with memory: a negative spike only takes back an earlier positive one. */
export const spikeModeSchema = z.enum(['binary', 'ternary', 'ternary-memory'])
export type SpikeMode = z.infer<typeof spikeModeSchema>

/** One threshold for a whole layer, or one a channel. */
const thresholdSchema = z.union([z.number().positive(), z.array(z.number().positive()).min(1)])

/** Weights and thresholds fine-tuned (or balanced) for one number of timesteps. */
export const spikingVariantSchema = z.strictObject({
  timesteps: z.int().min(1).max(64),
  /** Prefix of this variant's tensors in weights.bin, '' for the first. */
  weightsPrefix: z.string(),
  /** Firing threshold θ of each spiking layer, by layer name. */
  thresholds: z.record(z.string(), thresholdSchema),
  /** What a spike of the layer adds to the next layer's input; equals the threshold where outputs are scaled by it. */
  amplitudes: z.record(z.string(), thresholdSchema)
})
export type SpikingVariant = z.infer<typeof spikingVariantSchema>

export const spikingSchema = z.strictObject({
  mode: spikeModeSchema,
  defaultTimesteps: z.int().min(1).max(64),
  /** Initial membrane potential as a fraction of the threshold. */
  initialPotential: z.number().min(0).max(1),
  variants: z.array(spikingVariantSchema).min(1)
})
export type Spiking = z.infer<typeof spikingSchema>

export const preprocessingSchema = z.strictObject({
  orientation: z.literal('RAS'),
  spacing: z.tuple([z.number().positive(), z.number().positive(), z.number().positive()]),
  clipPercentiles: z.tuple([z.number().min(0).max(100), z.number().min(0).max(100)]),
  normalisation: z.literal('z-score'),
  padMultiple: z.int().positive()
})
export type Preprocessing = z.infer<typeof preprocessingSchema>

/** One tensor in weights.bin (float32, little-endian, in this order), as in tfjs's weight manifest. */
export const weightSpecSchema = z.strictObject({
  name: z.string().min(1),
  shape: z.array(z.int().positive()),
  dtype: z.literal('float32')
})

export const stageSchema = z.enum(['ann', 'converted', 'fine-tuned', 'direct'])
export type Stage = z.infer<typeof stageSchema>

/** What the id of a model looks like; it names folders and files. */
export const MODEL_ID = /^[A-Za-z0-9][A-Za-z0-9._-]*$/

export const modelManifestSchema = z.strictObject({
  format: z.literal('hippospike-model'),
  version: z.int().positive(),
  id: z.string().regex(MODEL_ID),
  name: z.string().min(1),
  stage: stageSchema,
  architecture: architectureSchema,
  spiking: spikingSchema.nullable(),
  preprocessing: preprocessingSchema,
  labels: z.array(z.strictObject({ index: z.int().min(0), name: z.string() })).min(2),
  weights: z.array(weightSpecSchema),
  weightsSha256: z.string().regex(/^[0-9a-f]{64}$/),
  licence: z.string(),
  /** Where the weights come from: data, split, recipe, seed, parent model, command. */
  provenance: z.record(z.string(), z.unknown()),
  /** Scores on the validation split, as measured when the model was written. */
  scores: z.record(z.string(), z.unknown())
})
export type ModelManifest = z.infer<typeof modelManifestSchema>

/** A model in memory: its manifest and its tensors as plain arrays by name. */
export interface Model {
  manifest: ModelManifest
  weights: Map<string, { shape: number[]; values: Float32Array }>
}

/**
 * The variant that serves `timesteps`: the exact one, else the largest one below, else the smallest.
 * @throws HippospikeError (usage) for a model that does not spike.
 */
export function variantFor(manifest: ModelManifest, timesteps: number): SpikingVariant {
  if (manifest.spiking === null) {
    throw new HippospikeError('usage', `model ${manifest.id} is an ANN and has no timesteps`)
  }
  const sorted = [...manifest.spiking.variants].sort((a, b) => a.timesteps - b.timesteps)
  const below = sorted.filter((variant) => variant.timesteps <= timesteps)
  return (below.at(-1) ?? sorted[0])!
}
