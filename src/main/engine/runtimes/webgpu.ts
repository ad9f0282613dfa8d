import { firstLine, RuntimeUnavailable, type RuntimeLoader } from './runtime'

const ADVICE =
  'install the GPU’s driver with Vulkan (Linux), or use native; WebGPU needs Vulkan, Metal or Direct3D 12'

/** Names under which Vulkan drivers that compute on the processor appear. */
const SOFTWARE = /swiftshader|llvmpipe|lavapipe|basic render|warp|software|cpu/i

interface AdapterInfo {
  vendor: string
  architecture: string
  device: string
  description: string
}

/** TensorFlow.js's WebGPU kernels on Dawn: GPUs of every maker. */
export const webgpu: RuntimeLoader = {
  runtime: 'webgpu',
  async load() {
    const adapter = await openAdapter()
    const tf = await import('@tensorflow/tfjs')
    // Registers its backend only where navigator.gpu is there already.
    await import('@tensorflow/tfjs-backend-webgpu')
    try {
      await tf.setBackend('webgpu')
      await tf.ready()
    } catch (cause) {
      throw new RuntimeUnavailable(`the GPU cannot be opened: ${firstLine(cause)}`, ADVICE, {
        cause
      })
    }
    // A WebGPU that does not start is replaced by plain JavaScript without an error.
    if (tf.getBackend() !== 'webgpu') {
      throw new RuntimeUnavailable(
        `WebGPU did not start: TensorFlow.js fell back to ${tf.getBackend()}`,
        ADVICE
      )
    }
    const software = isSoftware(adapter)
    const name = deviceName(adapter)
    return {
      info: {
        runtime: 'webgpu',
        version: `TensorFlow.js ${tf.version.tfjs}, Dawn`,
        device: software ? `${name} (a software device: it computes on the processor)` : name,
        memoryBytes: null
      },
      software
    }
  }
}

/** Whether the adapter is a driver that computes on the processor. */
export function isSoftware({ architecture, device, description }: AdapterInfo): boolean {
  return SOFTWARE.test(`${architecture} ${device} ${description}`)
}

/** The adapter's best name: the description where its driver gives one. */
export function deviceName({ vendor, architecture, device, description }: AdapterInfo): string {
  if (description !== '') return description
  const name = [vendor, architecture, device].filter((part) => part !== '').join(' ')
  return name === '' ? 'unnamed GPU' : name
}

/** Puts WebGPU on this process's globals, as a browser has it, and asks for the adapter that the backend will get. */
async function openAdapter(): Promise<AdapterInfo> {
  let gpu: GPU
  try {
    const dawn = await import('webgpu')
    Object.assign(globalThis, dawn.globals)
    gpu = dawn.create([])
  } catch (cause) {
    throw new RuntimeUnavailable(
      `Dawn (the package webgpu) cannot be loaded: ${firstLine(cause)}`,
      'use native',
      { cause }
    )
  }
  provideNavigator(gpu)
  let adapter: GPUAdapter | null
  try {
    adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' })
  } catch (cause) {
    throw new RuntimeUnavailable(`WebGPU cannot be asked: ${firstLine(cause)}`, ADVICE, { cause })
  }
  if (adapter === null) throw new RuntimeUnavailable('WebGPU finds no GPU here', ADVICE)
  return adapter.info
}

function provideNavigator(gpu: GPU): void {
  // Node 20 has no navigator, Node 21 and later one that takes new properties.
  if (typeof globalThis.navigator === 'undefined') {
    Object.defineProperty(globalThis, 'navigator', { value: { gpu }, configurable: true })
  } else {
    Object.defineProperty(globalThis.navigator, 'gpu', { value: gpu, configurable: true })
  }
}
