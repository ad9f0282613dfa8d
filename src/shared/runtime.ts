import { z } from 'zod'

/** TensorFlow runtimes, best first. */
export const RUNTIMES = ['cuda', 'webgpu', 'native', 'wasm'] as const
export const runtimeSchema = z.enum(RUNTIMES)
export type Runtime = z.infer<typeof runtimeSchema>
