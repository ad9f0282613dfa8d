import { z } from 'zod'

/** GET /api/about */
export const aboutSchema = z.strictObject({
  version: z.string(),
  platform: z.string(),
  node: z.string(),
  host: z.enum(['electron', 'browser']),
  /** One line a runtime that works: name and device. Null until the doctor has looked. */
  runtimes: z.array(z.strictObject({ runtime: z.string(), device: z.string() })).nullable(),
  /** File that the log is written to. */
  log: z.string().nullable()
})
export type About = z.infer<typeof aboutSchema>

/** GET /api/models: the models that come with the program and those of the workspace. */
export const modelSummarySchema = z.strictObject({
  id: z.string(),
  name: z.string(),
  stage: z.enum(['ann', 'converted', 'fine-tuned', 'direct']),
  /** Null for an ANN. */
  spiking: z
    .strictObject({
      mode: z.enum(['binary', 'ternary', 'ternary-memory']),
      defaultTimesteps: z.int(),
      /** Numbers of timesteps that it was tuned for. */
      tunedFor: z.array(z.int())
    })
    .nullable(),
  /** Mean validation Dice of the whole hippocampus, as the card has it. */
  diceWhole: z.number().nullable(),
  origin: z.enum(['shipped', 'workspace'])
})
export type ModelSummary = z.infer<typeof modelSummarySchema>
export const modelListSchema = z.array(modelSummarySchema)
