import { createRequire } from 'node:module'
import { availableParallelism } from 'node:os'
import { dirname, join, sep } from 'node:path'
import { processorModel, WASM_MEMORY } from './processor'
import { firstLine, RuntimeUnavailable, type RuntimeLoader } from './runtime'

/** TensorFlow.js's WebAssembly kernels: on every machine, on one core. */
export const wasm: RuntimeLoader = {
  runtime: 'wasm',
  async load() {
    try {
      const tf = await import('@tensorflow/tfjs')
      const backend = await import('@tensorflow/tfjs-backend-wasm')
      const entry = createRequire(__filename).resolve('@tensorflow/tfjs-backend-wasm/package.json')
      backend.setWasmPaths(join(dirname(entry), 'wasm-out') + sep)
      await tf.setBackend('wasm')
      await tf.ready()
      if (tf.getBackend() !== 'wasm') {
        throw new Error(`TensorFlow.js fell back to ${tf.getBackend()}`)
      }
      const simd = await tf.env().getAsync('WASM_HAS_SIMD_SUPPORT')
      return {
        info: {
          runtime: 'wasm',
          version: `TensorFlow.js ${tf.version.tfjs}${simd === true ? '' : ', without SIMD'}`,
          device: `${processorModel()} (1 of ${availableParallelism()} cores)`,
          memoryBytes: WASM_MEMORY
        },
        software: false
      }
    } catch (cause) {
      throw new RuntimeUnavailable(
        `WebAssembly cannot be loaded: ${firstLine(cause)}`,
        'install the packages again: npm ci',
        { cause }
      )
    }
  }
}
