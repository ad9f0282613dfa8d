import { z } from 'zod'

/** TensorFlow runtimes, best first. */
export const RUNTIMES = ['cuda', 'webgpu', 'native', 'wasm'] as const
export const runtimeSchema = z.enum(RUNTIMES)
export type Runtime = z.infer<typeof runtimeSchema>

/** The runtime that an engine process has loaded. */
export const runtimeInfoSchema = z.strictObject({
  runtime: runtimeSchema,
  version: z.string(),
  device: z.string(),
  /** Of the device; null where it is not known. */
  memoryBytes: z.number().nullable()
})
export type RuntimeInfo = z.infer<typeof runtimeInfoSchema>
