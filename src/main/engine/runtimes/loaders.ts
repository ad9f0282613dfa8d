import type { Runtime } from '../../../shared/runtime'
import { cuda } from './cuda'
import { native } from './native'
import type { RuntimeLoader } from './runtime'
import { wasm } from './wasm'
import { webgpu } from './webgpu'

/** Every runtime there is, by name. */
export const LOADERS: Readonly<Record<Runtime, RuntimeLoader>> = { cuda, webgpu, native, wasm }
