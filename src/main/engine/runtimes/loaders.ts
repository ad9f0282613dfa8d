import type { DenseRuntime } from '../../../shared/runtime'
import { cuda } from './cuda'
import { native } from './native'
import type { RuntimeLoader } from './runtime'
import { wasm } from './wasm'
import { webgpu } from './webgpu'

/** Every runtime of TensorFlow, by name. */
export const LOADERS: Readonly<Record<DenseRuntime, RuntimeLoader>> = {
  cuda,
  webgpu,
  native,
  wasm
}
