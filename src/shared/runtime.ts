import { z } from 'zod'

/** TensorFlow runtimes, best first: they compute any network densely, and they alone train. */
export const DENSE_RUNTIMES = ['cuda', 'webgpu', 'native', 'wasm'] as const
export const denseRuntimeSchema = z.enum(DENSE_RUNTIMES)
export type DenseRuntime = z.infer<typeof denseRuntimeSchema>

/** All runtimes. `event` works spike by spike: it infers spiking models, on any machine and without TensorFlow. */
export const RUNTIMES = ['event', ...DENSE_RUNTIMES] as const
export const runtimeSchema = z.enum(RUNTIMES)
export type Runtime = z.infer<typeof runtimeSchema>

/** A runtime that is in use. */
export const runtimeInfoSchema = z.strictObject({
  runtime: runtimeSchema,
  version: z.string(),
  device: z.string(),
  /** Of the device; null where it is not known. */
  memoryBytes: z.number().nullable()
})
export type RuntimeInfo = z.infer<typeof runtimeInfoSchema>
