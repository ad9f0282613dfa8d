import { z } from 'zod'
import { denseRuntimeSchema, runtimeSchema } from './runtime'

/** What `hippospike doctor` finds out about each runtime. */

/** One numeric check of a runtime: the largest error found, relative to the largest value, and what was allowed. */
export const numericCheckSchema = z.strictObject({
  name: z.string().min(1),
  error: z.number().min(0),
  tolerance: z.number().positive()
})
export type NumericCheck = z.infer<typeof numericCheckSchema>

const common = {
  runtime: runtimeSchema,
  /** False for what nobody could run yet. */
  verified: z.boolean(),
  /** What the user should know of this runtime; null for nothing. */
  note: z.string().nullable(),
  /** How long the probe took. */
  seconds: z.number().min(0)
}

export const availableRuntimeSchema = z.strictObject({
  available: z.literal(true),
  ...common,
  version: z.string(),
  device: z.string(),
  memoryBytes: z.number().nullable(),
  /** A GPU interface that computes on the processor. */
  software: z.boolean(),
  checks: z.array(numericCheckSchema),
  /** Speed of a 3³ convolution, 16 to 16 channels, at 40×56×40, in 10⁹ multiply-accumulates a second; null for `event`. */
  gmacsPerSecond: z.number().positive().nullable(),
  /**
   * Of `event`: accumulates that spikes caused in a small network at 40×56×40, in 10⁹ a second, everything else that the
   * network does included in the time; null for the others. It does not compare with the speed of a dense convolution.
   */
  gaccsPerSecond: z.number().positive().nullable()
})
export type AvailableRuntime = z.infer<typeof availableRuntimeSchema>

export const missingRuntimeSchema = z.strictObject({
  available: z.literal(false),
  ...common,
  /** Exactly what went wrong. */
  reason: z.string().min(1),
  /** What to do about it. */
  advice: z.string().min(1),
  /** The cause may be gone the next time (a time limit on a busy machine): the report is not kept. */
  temporary: z.boolean()
})
export type MissingRuntime = z.infer<typeof missingRuntimeSchema>

export const candidateSchema = z.discriminatedUnion('available', [
  availableRuntimeSchema,
  missingRuntimeSchema
])
export type Candidate = z.infer<typeof candidateSchema>

/** What a probe process prints: a candidate without what only its parent knows. */
export const probeResultSchema = z.discriminatedUnion('available', [
  availableRuntimeSchema.omit({ verified: true, note: true, seconds: true }),
  missingRuntimeSchema.omit({ verified: true, note: true, seconds: true })
])
export type ProbeResult = z.infer<typeof probeResultSchema>

export const doctorReportSchema = z.strictObject({
  format: z.literal('hippospike-doctor'),
  version: z.literal(1),
  /** Hash of everything that decides what the probes find: addon, drivers, versions. */
  key: z.string(),
  created: z.string(),
  application: z.string(),
  node: z.string(),
  platform: z.string(),
  /** `event`, then TensorFlow's, best first. A report from choosing one of TensorFlow's is of these, up to the first that works. */
  candidates: z.array(candidateSchema),
  /** TensorFlow's runtime that is used where none is forced; null where none works. */
  chosen: denseRuntimeSchema.nullable()
})
export type DoctorReport = z.infer<typeof doctorReportSchema>
