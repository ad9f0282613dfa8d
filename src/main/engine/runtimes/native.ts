import { loadAddon } from './addon'
import { processorMemory, processorName } from './processor'
import { RuntimeUnavailable, type RuntimeLoader } from './runtime'

/** TensorFlow on the processor. */
export const native: RuntimeLoader = {
  runtime: 'native',
  async load() {
    // The addon is the one of `cuda`, and would take a GPU.
    process.env['CUDA_VISIBLE_DEVICES'] = '-1'
    const addon = await loadAddon()
    if (addon.usesGpu) {
      throw new RuntimeUnavailable('TensorFlow took a GPU though it was hidden', 'use cuda')
    }
    return {
      info: {
        runtime: 'native',
        version: `TensorFlow ${addon.tensorflowVersion}`,
        device: processorName(),
        memoryBytes: processorMemory()
      },
      software: false
    }
  }
}
