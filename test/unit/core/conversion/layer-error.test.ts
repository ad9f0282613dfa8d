import * as tf from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { layerErrorSums, relativeError } from '../../../../src/core/conversion/layer-error'
import { annActivations, netSpikes } from '../../../../src/core/conversion/layer-outputs'
import { calibrate } from '../../../../src/core/conversion/calibration'
import { spikingParameters } from '../../../../src/core/conversion/spiking-parameters'
import { balanceThresholds, THRESHOLD_DEFAULTS } from '../../../../src/core/conversion/thresholds'
import { createParameterSet } from '../../../../src/core/snn/parameters'
import { useCpuBackend, waves } from '../../../fixtures/cpu-backend'
import { randomParameters, tinyArchitecture } from '../../../fixtures/tiny-network'

describe('the error of a layer', () => {
  it('is what one works out by hand, with one amplitude', () => {
    // r = 2, 0, 1, 0.5 of spikes 4, 0, 2, 1 at T = 4 that are worth 2; |a − r| = 0, 1, 0.5, 0.5.
    const sums = layerErrorSums(Float32Array.of(2, 1, 0.5, 1), {
      netSpikes: Float32Array.of(4, 0, 2, 1),
      amplitudes: [2],
      timesteps: 4
    })
    expect(sums).toEqual({ difference: 2, activation: 4.5 })
    expect(relativeError([sums])).toBeCloseTo(2 / 4.5, 12)
  })

  it('takes an amplitude a channel, channels innermost, and takes back negative spikes', () => {
    // Two voxels of two channels: r = −1 · 1 / 2, 2 · 4 / 2, 1 · 1 / 2, 0.
    const sums = layerErrorSums(Float32Array.of(0, 4, 0.5, 2), {
      netSpikes: Float32Array.of(-1, 2, 1, 0),
      amplitudes: [1, 4],
      timesteps: 2
    })
    expect(sums).toEqual({ difference: 0.5 + 0 + 0 + 2, activation: 6.5 })
  })

  it('weighs several images by their activations', () => {
    const parts = [
      { difference: 1, activation: 2 },
      { difference: 3, activation: 14 }
    ]
    expect(relativeError(parts)).toBe(0.25)
  })

  it('is not known where the ANN is silent', () => {
    expect(relativeError([{ difference: 3, activation: 0 }])).toBeNull()
    expect(relativeError([])).toBeNull()
  })

  it('is 1 where no neuron fires', () => {
    const silent = { netSpikes: new Float32Array(3), amplitudes: [5], timesteps: 8 }
    expect(relativeError([layerErrorSums(Float32Array.of(1, 2, 3), silent)])).toBe(1)
  })

  it('refuses layers that do not belong together', () => {
    const rates = { netSpikes: new Float32Array(4), amplitudes: [1], timesteps: 1 }
    expect(() => layerErrorSums(new Float32Array(3), rates)).toThrow(/3 activations and 4 neurons/)
  })
})

describe('spikes and activations of a network', () => {
  const architecture = tinyArchitecture()
  const input = { size: [4, 6, 4] as [number, number, number], image: waves(96, 3, 1.5) }

  beforeAll(useCpuBackend)

  it('are those of a neuron that one follows by hand', async () => {
    // One level and one channel; only the middle of each kernel is not 0, so that a voxel is a chain of neurons.
    const single = tinyArchitecture({ channels: [1] })
    const set = randomParameters(single, 1)
    const parameters = createParameterSet(
      set.entries.map(({ name, shape, role, size }) => ({
        name,
        shape,
        role,
        values: Array.from({ length: size }, (_, n) => {
          if (!name.endsWith('.kernel')) return 0
          return size === 27 ? (n === 13 ? 1 : 0) : 1
        })
      }))
    )
    const image = Float32Array.of(0.6, -1, 0.2, 3, 0, 0.5, 1, 0.25)
    const one = { size: [2, 2, 2] as [number, number, number], image }
    const network = { architecture: single, parameters, padMultiple: 1 }
    const activations = await annActivations(network, one)
    expect([...activations.keys()]).toEqual(['enc0.conv1', 'enc0.conv2'])
    // ReLU of the image, twice.
    const relu = [...image].map((value) => Math.max(0, value))
    expect([...activations.get('enc0.conv1')!]).toEqual(relu.map(Math.fround))

    const thresholds = new Map([
      ['enc0.conv1', [1]],
      ['enc0.conv2', [1]]
    ])
    const spiking = {
      ...network,
      parameters: spikingParameters(parameters, thresholds, true)
    }
    const neuron = { mode: 'binary', initialPotential: 0.5, surrogate: 'triangle' } as const
    const spikes = await netSpikes(spiking, neuron, 4, one)
    // u starts at 0.5 and takes in the voxel at each step; what fires loses 1. Of 0.6: 1.1 fires, 0.7, 1.3 fires, 0.9.
    // Of 0.2: 0.7, 0.9, 1.1 fires, 0.3. 3 and 1 fire always. Of 0.5: 1 fires, 0.5, 1 fires, 0.5. Of 0.25: 0.75, 1 fires, 0.25, 0.5.
    expect([...spikes.get('enc0.conv1')!]).toEqual([2, 0, 1, 4, 0, 2, 4, 1])
  })

  it('come nearer to each other with every doubling of T, where nothing is trained', async () => {
    const parameters = randomParameters(architecture, 5)
    const network = { architecture, parameters, padMultiple: 2 }
    const statistics = await calibrate(architecture, parameters, [input], 2)
    const thresholds = balanceThresholds(statistics, { ...THRESHOLD_DEFAULTS, percentile: 100 })
    const converted = {
      ...network,
      parameters: spikingParameters(parameters, thresholds, true)
    }
    const activations = await annActivations(network, input)
    const before = tf.memory().numTensors
    const neuron = { mode: 'binary', initialPotential: 0.5, surrogate: 'triangle' } as const
    const errorsAt = async (timesteps: number): Promise<number[]> => {
      const spikes = await netSpikes(converted, neuron, timesteps, input)
      return [...spikes].map(([layer, counts]) => {
        const amplitudes = thresholds.get(layer)!
        const rates = { netSpikes: counts, amplitudes, timesteps }
        return relativeError([layerErrorSums(activations.get(layer)!, rates)])!
      })
    }
    const mean = (values: number[]): number => values.reduce((a, b) => a + b, 0) / values.length
    const errors: number[] = []
    for (const timesteps of [1, 2, 4, 8, 16, 32, 64]) errors.push(mean(await errorsAt(timesteps)))
    for (let n = 1; n < errors.length; n++) expect(errors[n]!).toBeLessThan(errors[n - 1]!)
    expect(errors.at(-1)!).toBeLessThan(errors[0]! / 5)
    expect(tf.memory().numTensors).toBe(before)
  })
})
