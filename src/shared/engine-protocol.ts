import { z } from 'zod'
import { headBoxSchema } from './head'
import { runtimeSchema } from './runtime'

/**
 * The messages between a host and its engine process. Both sides parse what they get: a message that does not fit is never
 * acted on.
 */

const jobId = z.string().min(1)

export const runMessageSchema = z.strictObject({
  type: z.literal('run'),
  jobId,
  kind: z.string().min(1),
  /** Runtime the user insists on; null for the best one. */
  runtime: runtimeSchema.nullable(),
  /** Checked by the job's own schema. */
  request: z.unknown()
})
export type RunMessage = z.infer<typeof runMessageSchema>

export const hostMessageSchema = z.discriminatedUnion('type', [
  runMessageSchema,
  z.strictObject({ type: z.literal('cancel'), jobId })
])
export type HostMessage = z.infer<typeof hostMessageSchema>

export const failureKindSchema = z.enum(['internal', 'usage', 'input', 'output', 'cancelled'])

export const progressSchema = z.strictObject({
  stage: z.string(),
  /** How much of the stage is done; null where that is unknown. */
  fraction: z.number().min(0).max(1).nullable(),
  message: z.string(),
  data: z.record(z.string(), z.unknown()).optional()
})
export type Progress = z.infer<typeof progressSchema>

export const logLevelSchema = z.enum(['info', 'warning', 'error'])
export type LogLevel = z.infer<typeof logLevelSchema>

export const engineMessageSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('ready') }),
  z.strictObject({ type: z.literal('progress'), jobId, ...progressSchema.shape }),
  z.strictObject({ type: z.literal('result'), jobId, value: z.unknown() }),
  z.strictObject({
    type: z.literal('failed'),
    jobId,
    error: z.strictObject({
      kind: failureKindSchema,
      message: z.string().min(1),
      /** Of a head in which the hippocampi could not be located: where they may lie, if that is known. */
      guess: z.array(headBoxSchema).max(2).optional()
    })
  }),
  z.strictObject({ type: z.literal('log'), level: logLevelSchema, message: z.string() })
])
export type EngineMessage = z.infer<typeof engineMessageSchema>
