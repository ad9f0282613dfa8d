import { loadAddon } from './addon'
import { firstNvidiaGpu } from './nvidia'
import { RuntimeUnavailable, type RuntimeLoader } from './runtime'

/** TensorFlow on an NVIDIA GPU. Unverified: nobody could run it yet. */
export const cuda: RuntimeLoader = {
  runtime: 'cuda',
  async load() {
    const gpu = await firstNvidiaGpu()
    if (gpu === null) {
      throw new RuntimeUnavailable(
        'no NVIDIA GPU with its driver was found (nvidia-smi lists none)',
        'install the NVIDIA driver where there is such a GPU'
      )
    }
    // Otherwise TensorFlow takes the whole memory of the GPU at its start.
    process.env['TF_FORCE_GPU_ALLOW_GROWTH'] ??= 'true'
    const addon = await loadAddon()
    // The same addon computes on the processor without a word where its TensorFlow has no CUDA.
    if (!addon.usesGpu) {
      throw new RuntimeUnavailable(
        `TensorFlow ${addon.tensorflowVersion} behind the addon lists no GPU, though ${gpu.name} is there`,
        "pip install 'tensorflow[and-cuda]', then npm run setup:engine -- --from-tensorflow <its site-packages/tensorflow> " +
          '(unverified)'
      )
    }
    return {
      info: {
        runtime: 'cuda',
        version: `TensorFlow ${addon.tensorflowVersion}, driver ${gpu.driver}`,
        device: gpu.name,
        memoryBytes: gpu.memoryBytes
      },
      software: false
    }
  }
}
