import { z } from 'zod'
import { spikeModeSchema } from './model'
import { runtimeSchema } from './runtime'

/** What the engine is asked to measure of a stage that is planned, before it is run. */
export const measureRequestSchema = z.strictObject({
  stage: z.enum(['ann', 'fine-tuning']),
  /** Folder of a model of the same shape; null for one with these channels. */
  model: z.string().min(1).nullable(),
  /** Null for the usual ones. */
  channels: z.array(z.int().min(1).max(512)).min(1).max(4).nullable(),
  /** Of the spiking network; null where the stage has none, or for the model's default. */
  timesteps: z.int().min(1).max(64).nullable(),
  /** Null for the model's. */
  mode: spikeModeSchema.nullable(),
  /** Whether an ANN teaches beside the masks; null where the stage has none. */
  teacher: z.boolean().nullable(),
  /** The stage's own. */
  settings: z.record(z.string(), z.unknown())
})
export type MeasureRequest = z.infer<typeof measureRequestSchema>

export const measurementSchema = z.strictObject({
  runtime: runtimeSchema,
  /** Middle one of a few steps, after a first that warms up. */
  secondsPerStep: z.number().positive(),
  /** Of a validation. */
  secondsPerCase: z.number().positive(),
  // The settings with their defaults.
  epochs: z.int(),
  validateEvery: z.int(),
  sampling: z.strictObject({
    batchSize: z.int(),
    stepsPerEpoch: z.int().nullable(),
    rehearsalShare: z.number()
  }),
  /** Numbers that are learned. */
  parameters: z.int(),
  /** Of the engine at its most. */
  peakMemoryBytes: z.number()
})
export type Measurement = z.infer<typeof measurementSchema>
