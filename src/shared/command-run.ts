import { z } from 'zod'
import { runtimeSchema } from './runtime'

/**
 * `run.json` of a training on the command line: with its data set, everything that makes its models again. `hippospike replay` reads it. A run
 * of the app has a record of its own (`RunRecord`), which that reads too.
 */
const sha256 = z.string().regex(/^[0-9a-f]{64}$/)

/** A model that a stage begins with: one of an earlier stage, or one from elsewhere. */
const modelSourceSchema = z.union([
  z.strictObject({ stage: z.string().min(1) }),
  z.strictObject({
    /** Id of a model that comes with the program, or a folder. */
    named: z.string().min(1),
    weightsSha256: sha256
  })
])
export type ModelSource = z.infer<typeof modelSourceSchema>

const dataSourceSchema = z.strictObject({
  /** A folder; for rehearsal also `shipped`. */
  named: z.string().min(1),
  sha256
})

const stageSchema = z.strictObject({
  /** `ann`, `converted` or `snn`. */
  name: z.string().min(1),
  kind: z.enum(['train', 'convert', 'finetune']),
  /** Of its model, relative to this file: '.' or the name of a folder in it. */
  folder: z.string().regex(/^(\.|[a-z]+)$/),
  model: modelSourceSchema.nullable(),
  teacher: modelSourceSchema.nullable(),
  /** All of them, defaults too. */
  settings: z.record(z.string(), z.unknown()),
  runtime: runtimeSchema,
  /** What came out. */
  weightsSha256: sha256
})
export type CommandRunStage = z.infer<typeof stageSchema>

export const commandRunSchema = z.strictObject({
  format: z.literal('hippospike-command-run'),
  version: z.literal(1),
  /** Version of the program. */
  program: z.string(),
  command: z.enum(['finetune', 'pipeline']),
  createdAt: z.string(),
  data: dataSourceSchema,
  rehearsal: dataSourceSchema.nullable(),
  stages: z.array(stageSchema).min(1)
})
export type CommandRun = z.infer<typeof commandRunSchema>
