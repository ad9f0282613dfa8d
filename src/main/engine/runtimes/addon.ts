import util from 'node:util'
import { firstLine, RuntimeUnavailable } from './runtime'

/** What `cuda` and `native` share: tfjs-node's addon on the TensorFlow that it is linked to. */
export interface Addon {
  tensorflowVersion: string
  tfjsNodeVersion: string
  usesGpu: boolean
}

/** The part of tfjs-node's backend that it has no types for. */
interface NodeBackend {
  isUsingGpuDevice: boolean
  binding: { TF_Version: string }
}

/**
 * Loads the addon and makes it the current backend.
 *
 * @throws RuntimeUnavailable
 */
export async function loadAddon(): Promise<Addon> {
  restoreRemovedUtilities()
  // TensorFlow reads it when its library is loaded. 2 leaves errors, and hides what it says of every processor.
  process.env['TF_CPP_MIN_LOG_LEVEL'] ??= '2'
  const node = await importAddon()
  const tf = await import('@tensorflow/tfjs')
  await tf.setBackend('tensorflow')
  await tf.ready()
  if (tf.getBackend() !== 'tensorflow') {
    throw new RuntimeUnavailable(
      `TensorFlow.js fell back to ${tf.getBackend()}`,
      'set the engine up again: npm run setup:engine'
    )
  }
  const backend = tf.backend() as unknown as NodeBackend
  return {
    tensorflowVersion: backend.binding.TF_Version,
    tfjsNodeVersion: node.version['tfjs-node'],
    usesGpu: backend.isUsingGpuDevice
  }
}

async function importAddon(): Promise<typeof import('@tensorflow/tfjs-node-gpu')> {
  try {
    return await import('@tensorflow/tfjs-node-gpu')
  } catch (cause) {
    const line = firstLine(cause)
    if (line.includes('native addon module (tfjs_binding.node) can not be found')) {
      throw new RuntimeUnavailable('the native addon is not set up', 'run npm run setup:engine', {
        cause
      })
    }
    throw new RuntimeUnavailable(
      `the native addon cannot be loaded: ${line}`,
      'set it up again: npm run setup:engine -- --verify',
      { cause }
    )
  }
}

/** Node 23 took out of `util` two functions that tfjs-node calls in every operation. */
function restoreRemovedUtilities(): void {
  const target = util as unknown as Record<string, unknown>
  target['isNullOrUndefined'] ??= (value: unknown) => value === null || value === undefined
  target['isArray'] ??= Array.isArray
}
