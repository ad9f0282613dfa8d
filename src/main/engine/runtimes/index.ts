import { createRequire } from 'node:module'
import { cpus, totalmem } from 'node:os'
import { dirname, join, sep } from 'node:path'
import util from 'node:util'
import { HippospikeError } from '../../../shared/errors'
import type { Runtime, RuntimeInfo } from '../../../shared/runtime'

export type { RuntimeInfo }

const require = createRequire(__filename)

/**
 * Loads TensorFlow and makes it the current backend.
 *
 * @param forced runtime to load and no other; null for the best one here
 * @throws HippospikeError (usage) where the forced one cannot be had
 */
export async function loadRuntime(forced: Runtime | null): Promise<RuntimeInfo> {
  if (forced === 'wasm') return loadWasm()
  if (forced !== null && forced !== 'native') {
    throw new HippospikeError('usage', `--runtime ${forced}: is not there; use native or wasm`)
  }
  try {
    return await loadNative()
  } catch (cause) {
    if (forced === null) return loadWasm()
    const why = cause instanceof Error ? cause.message.split('\n')[0]! : String(cause)
    throw new HippospikeError('usage', `--runtime native: cannot be loaded: ${why}`, { cause })
  }
}

async function loadNative(): Promise<RuntimeInfo> {
  restoreRemovedUtilities()
  const node = await import('@tensorflow/tfjs-node-gpu')
  const tf = await import('@tensorflow/tfjs')
  await tf.setBackend('tensorflow')
  await tf.ready()
  if (tf.getBackend() !== 'tensorflow') throw new Error(`the backend is ${tf.getBackend()}`)
  return info('native', node.version['tfjs-node'])
}

async function loadWasm(): Promise<RuntimeInfo> {
  const tf = await import('@tensorflow/tfjs')
  const wasm = await import('@tensorflow/tfjs-backend-wasm')
  const entry = require.resolve('@tensorflow/tfjs-backend-wasm/package.json')
  wasm.setWasmPaths(join(dirname(entry), 'dist') + sep)
  await tf.setBackend('wasm')
  await tf.ready()
  if (tf.getBackend() !== 'wasm') throw new Error(`the backend is ${tf.getBackend()}`)
  return info('wasm', tf.version.tfjs)
}

function info(runtime: Runtime, version: string): RuntimeInfo {
  const device = cpus()[0]?.model.trim() ?? 'unknown processor'
  return { runtime, version, device, memoryBytes: totalmem() }
}

/** tfjs-node calls two functions that Node 23 took out of `util`. */
function restoreRemovedUtilities(): void {
  const target = util as unknown as Record<string, unknown>
  target['isNullOrUndefined'] ??= (value: unknown) => value === null || value === undefined
  target['isArray'] ??= Array.isArray
}
