import * as tf from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { calibrate } from '../../../../src/core/conversion/calibration'
import { foldBatchNorm } from '../../../../src/core/conversion/fold-batch-norm'
import { quantisedParameters, quantisedThresholds } from '../../../../src/core/conversion/qcfs'
import { spikingParameters } from '../../../../src/core/conversion/spiking-parameters'
import { balanceThresholds } from '../../../../src/core/conversion/thresholds'
import { qcfs } from '../../../../src/core/snn/ann-layer'
import { activatedLayers } from '../../../../src/core/snn/architecture'
import { parameterValues, toTensors } from '../../../../src/core/snn/parameters'
import { inputTensor, type NetworkInput } from '../../../../src/core/snn/prediction'
import { integrateAndFire } from '../../../../src/core/snn/spiking-layer'
import { annForward } from '../../../../src/core/snn/unet-ann'
import { snnForward } from '../../../../src/core/snn/unet-snn'
import { maxDifference, useCpuBackend, waves } from '../../../fixtures/cpu-backend'
import { randomParameters, tinyArchitecture } from '../../../fixtures/tiny-network'

beforeAll(useCpuBackend)

const ARCHITECTURE = tinyArchitecture({ batchNorm: true })
const INPUT: NetworkInput = { size: [4, 6, 4], image: waves(96, 3, 1.5) }
const neuron = { mode: 'binary', initialPotential: 0.5, surrogate: 'triangle' } as const

async function converted(granularity: 'layer' | 'channel') {
  const folded = foldBatchNorm(ARCHITECTURE, randomParameters(ARCHITECTURE, 6))
  const statistics = await calibrate(folded.architecture, folded.parameters, [INPUT], 2)
  const thresholds = balanceThresholds(statistics, { percentile: 100, granularity, scale: 1 })
  return { ...folded, statistics, thresholds }
}

describe('calibrate', () => {
  it('sees the activations of every layer on every case', async () => {
    const { architecture, parameters } = await converted('layer')
    const second: NetworkInput = { size: [4, 4, 4], image: waves(64, 8, 3) }
    const done: number[] = []
    const statistics = await calibrate(architecture, parameters, [INPUT, second], 2, (count) => {
      done.push(count)
    })
    expect(done).toEqual([1, 2])
    const maxima = new Map<string, number>()
    for (const input of [INPUT, second]) {
      annForward(architecture, toTensors(parameters), inputTensor(input, 2).tensor, {
        onActivation: ({ name }, activation) => {
          maxima.set(name, Math.max(maxima.get(name) ?? 0, ...activation.dataSync()))
        }
      })
    }
    expect([...statistics].map(([name, s]) => [name, s.maximum()])).toEqual([...maxima])
  })

  it('leaves no tensors behind', async () => {
    const { architecture, parameters } = await converted('layer')
    const before = tf.memory().numTensors
    await calibrate(architecture, parameters, [INPUT, INPUT], 2)
    expect(tf.memory().numTensors).toBe(before)
  })
})

describe.each(['layer', 'channel'] as const)(
  'a network converted with thresholds a %s',
  (granularity) => {
    /** Largest mean distance of rate × θ from the activation, over the layer's largest activation. */
    async function worstLayer(timesteps: number): Promise<{ layers: number; logits: number }> {
      const { architecture, parameters, statistics, thresholds } = await converted(granularity)
      const spiking = toTensors(spikingParameters(parameters, thresholds, true))
      const { tensor } = inputTensor(INPUT, 2)
      const activations = new Map<string, tf.Tensor>()
      const ann = annForward(architecture, toTensors(parameters), tensor, {
        onActivation: ({ name }, activation) => activations.set(name, activation)
      })
      let layers = 0
      const { logits } = snnForward(architecture, spiking, tensor, {
        neuron,
        timesteps,
        onSpikes: ({ name }, spikes) => {
          const activation = activations.get(name)!
          const rate = tf.mean(tf.reshape(spikes, [timesteps, ...activation.shape]), 0)
          const decoded = tf.mul(rate, tf.exp(spiking[`${name}.logThreshold`]!))
          const distance = tf.mean(tf.abs(tf.sub(decoded, activation))).dataSync()[0]!
          layers = Math.max(layers, distance / statistics.get(name)!.maximum())
        }
      })
      return { layers, logits: maxDifference(logits.dataSync(), ann.dataSync()) }
    }

    it('approaches the ANN with the timesteps: rate × θ is the activation', async () => {
      const [few, many] = [await worstLayer(4), await worstLayer(64)]
      expect(many.layers).toBeLessThan(0.01)
      expect(many.layers).toBeLessThan(few.layers / 4)
      expect(many.logits).toBeLessThan(few.logits / 2)
    })
  }
)

describe('a spiking neuron from half its threshold on a constant current', () => {
  it.each([1, 2, 4, 7])(
    'fires as QCFS with as many levels as timesteps says, T=%i',
    (timesteps) => {
      const lambda = 1.7
      const current = tf.tensor(waves(200, 2, 3), [1, 5, 5, 4, 2]) as tf.Tensor5D
      const spikes = integrateAndFire([tf.div(current, lambda)], tf.zeros([2]), {
        neuron,
        timesteps,
        spikePenalty: 0
      })
      const rate = tf.mean(tf.reshape(spikes, [timesteps, 200]), 0)
      const expected = qcfs(current, tf.tensor1d([lambda]), timesteps).dataSync()
      expect(new Set(expected.map((value) => Math.round(value * 1e4))).size).toBe(timesteps + 1)
      expect(maxDifference(tf.mul(rate, lambda).dataSync(), expected)).toBeLessThan(1e-6)
    }
  )
})

describe('spikingParameters', () => {
  const folded = randomParameters(tinyArchitecture(), 2)
  const thresholds = new Map(
    activatedLayers(tinyArchitecture()).map(({ name, outChannels }, i) => [
      name,
      Array.from({ length: outChannels }, (_, c) => 1 + 0.1 * i + 0.01 * c)
    ])
  )

  it('keeps the weights and adds the logarithm of each threshold', () => {
    const parameters = spikingParameters(folded, thresholds, true)
    for (const { name } of folded.entries) {
      expect([...parameterValues(parameters, name)]).toEqual([...parameterValues(folded, name)])
    }
    for (const [layer, values] of thresholds) {
      const entry = parameters.entries.find(({ name }) => name === `${layer}.logThreshold`)!
      expect(entry).toMatchObject({ role: 'threshold', shape: [values.length] })
      const learned = Array.from(parameterValues(parameters, entry.name), Math.exp)
      expect(maxDifference(learned, values)).toBeLessThan(1e-6)
    }
    expect(parameters.entries.some(({ name }) => name.endsWith('.amplitude'))).toBe(false)
  })

  /** Logits after every threshold has been lowered, as learning would. */
  function logitsAfter(outputScaling: boolean, lowered: number): Float32Array {
    const parameters = spikingParameters(folded, thresholds, outputScaling)
    for (const { name, role } of parameters.entries) {
      const values = parameterValues(parameters, name)
      if (role === 'threshold') values.forEach((value, i) => (values[i] = value - lowered))
    }
    const { tensor } = inputTensor(INPUT, 2)
    const options = { neuron, timesteps: 4 }
    return snnForward(
      tinyArchitecture(),
      toTensors(parameters),
      tensor,
      options
    ).logits.dataSync() as Float32Array
  }

  it('makes a spike worth its threshold either way, as long as nothing is learned', () => {
    expect(maxDifference(logitsAfter(true, 0), logitsAfter(false, 0))).toBeLessThan(1e-5)
  })

  it('keeps the worth of a spike fixed without output scaling, and lets it follow with it', () => {
    const parameters = spikingParameters(folded, thresholds, false)
    for (const [layer, values] of thresholds) {
      const entry = parameters.entries.find(({ name }) => name === `${layer}.amplitude`)!
      expect(entry.role).toBe('statistic')
      expect(maxDifference(parameterValues(parameters, entry.name), values)).toBeLessThan(1e-6)
    }
    expect(maxDifference(logitsAfter(true, 0.3), logitsAfter(false, 0.3))).toBeGreaterThan(0.01)
  })
})

describe('quantisedParameters', () => {
  it('starts each bound at the layer’s largest threshold, and comes apart again', () => {
    const folded = randomParameters(tinyArchitecture(), 2)
    const names = activatedLayers(tinyArchitecture()).map(({ name }) => name)
    const thresholds = new Map(names.map((name, i) => [name, [0.5, 1 + i]]))
    const apart = quantisedThresholds(quantisedParameters(folded, thresholds))
    expect([...apart.parameters.values]).toEqual([...folded.values])
    expect(apart.parameters.entries).toEqual(folded.entries)
    expect([...apart.thresholds.keys()]).toEqual(names)
    names.forEach((name, i) => {
      expect(apart.thresholds.get(name)).toHaveLength(1)
      expect(apart.thresholds.get(name)![0]).toBeCloseTo(1 + i, 6)
    })
  })
})
