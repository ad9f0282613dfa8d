import '@tensorflow/tfjs'
import * as tf from '@tensorflow/tfjs-core'
import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import { runChecks } from '../../../../src/main/engine/probe/checks'
import { convolveByLoops } from '../../../../src/main/engine/probe/oracle'
import { firstFailure } from '../../../../src/main/engine/probe/trial'

describe('the numeric checks of a probe', () => {
  const replaced: tf.KernelConfig[] = []

  beforeAll(async () => {
    await tf.setBackend('cpu')
  })
  afterEach(() => {
    for (const config of replaced.splice(0)) {
      tf.unregisterKernel(config.kernelName, 'cpu')
      tf.registerKernel(config)
    }
  })

  /** Spoils what a kernel of the cpu backend gives. */
  function spoil(kernelName: string, change: (values: Float32Array) => void): void {
    const config = tf.getKernel(kernelName, 'cpu')
    replaced.push(config)
    tf.unregisterKernel(kernelName, 'cpu')
    tf.registerKernel({
      ...config,
      kernelFunc: (args) => {
        const result = config.kernelFunc(args) as tf.TensorInfo
        const { readSync } = args.backend as Pick<tf.KernelBackend, 'readSync'>
        change(readSync.call(args.backend, result.dataId) as Float32Array)
        return result
      }
    })
  }

  it('pass on a backend that computes right, and leave no tensors', async () => {
    const before = tf.memory().numTensors
    const checks = await runChecks()
    expect(checks).toHaveLength(5)
    expect(firstFailure(checks)).toBeNull()
    expect(Math.max(...checks.map(({ error }) => error))).toBeLessThan(1e-4)
    expect(tf.memory().numTensors).toBe(before)
  })

  it.each([
    ['Conv3D', 'conv3d'],
    ['Conv3DBackpropInputV2', 'conv3d gradient by input'],
    ['Conv3DBackpropFilterV2', 'conv3d gradient by filter'],
    ['AvgPool3DGrad', 'avgPool3d gradient'],
    ['Pack', 'upsampling gradient']
  ])('find a wrong %s', async (kernel, name) => {
    let calls = 0
    // Upsampling has no kernel of its own for its gradient: its forward pass is spoiled after the first time instead.
    spoil(kernel, (values) => {
      if (kernel !== 'Pack' || ++calls > 6) values[5] = values[5]! * 1.2 + 0.3
    })
    expect(firstFailure(await runChecks())?.name).toBe(name)
  })

  it('find values that are no numbers', async () => {
    spoil('Conv3D', (values) => (values[0] = NaN))
    expect(firstFailure(await runChecks())?.name).toBe('conv3d')
  })

  it('compare with an oracle that agrees with a convolution done by hand', () => {
    const x = new Float32Array([1, 2, 3])
    const w = new Float32Array([10, 100, 1000])
    // A row of three voxels and a filter of three taps along it, padded with zeros.
    const out = convolveByLoops(x, [1, 1, 1, 3, 1], w, [1, 1, 3, 1, 1])
    expect([...out]).toEqual([2100, 3210, 320])
  })
})
