import * as tf from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, it } from 'vitest'
import type { SpikeMode } from '../../../../src/shared/model'
import { spikingParameters } from '../../../../src/core/conversion/spiking-parameters'
import { activatedLayers } from '../../../../src/core/snn/architecture'
import { parameterValues, toTensors, type ParameterSet } from '../../../../src/core/snn/parameters'
import { snnForward } from '../../../../src/core/snn/unet-snn'
import { maxDifference, useCpuBackend } from '../../../fixtures/cpu-backend'
import { randomParameters, tinyArchitecture, tinyImage } from '../../../fixtures/tiny-network'
import { channelsLast, fieldOf, snnOracle } from '../../../fixtures/unet-oracle'

beforeAll(useCpuBackend)

const ARCHITECTURE = tinyArchitecture()
const SIZE: [number, number, number] = [4, 6, 4]
const MODES: SpikeMode[] = ['binary', 'ternary', 'ternary-memory']
const INITIAL = 0.5

/** Thresholds that differ from layer to layer, or from channel to channel. */
function spiking(
  seed: number,
  granularity: 'layer' | 'channel',
  outputScaling: boolean
): ParameterSet {
  const thresholds = new Map(
    activatedLayers(ARCHITECTURE).map(({ name, outChannels }, i) => [
      name,
      Array.from(
        { length: granularity === 'layer' ? 1 : outChannels },
        (_, c) => 0.6 + 0.11 * i + 0.07 * c
      )
    ])
  )
  const parameters = spikingParameters(
    randomParameters(ARCHITECTURE, seed),
    thresholds,
    outputScaling
  )
  // A learned threshold has moved away from the amplitude that was fixed at conversion.
  for (const { name } of outputScaling ? [] : parameters.entries) {
    if (!name.endsWith('.logThreshold')) continue
    const values = parameterValues(parameters, name)
    values.forEach((value, i) => (values[i] = value - 0.2))
  }
  return parameters
}

function worthIn(parameters: ParameterSet): (layer: string, channel: number) => number {
  return (layer, channel) => {
    const fixed = parameters.entries.some(({ name }) => name === `${layer}.amplitude`)
    const list = parameterValues(parameters, `${layer}.${fixed ? 'amplitude' : 'logThreshold'}`)
    const value = list[list.length === 1 ? 0 : channel]!
    return fixed ? value : Math.exp(value)
  }
}

describe.each(MODES)('snnForward, %s', (mode) => {
  it.each([1, 2, 5])('agrees with plain loops over voxels and timesteps, T=%i', (timesteps) => {
    const parameters = spiking(11, 'layer', true)
    const image = tinyImage(2)
    const spikes = new Map<string, ArrayLike<number>>()
    const { logits, perStep } = snnForward(
      ARCHITECTURE,
      toTensors(parameters),
      image,
      {
        neuron: { mode, initialPotential: INITIAL, surrogate: 'triangle' },
        timesteps,
        onSpikes: (layer, tensor) => spikes.set(layer.name, tensor.dataSync())
      },
      true
    )
    const oracles = [0, 1].map((n) =>
      snnOracle(
        fieldOf(image.dataSync(), SIZE, 1, n),
        ARCHITECTURE.channels,
        3,
        (name) => parameterValues(parameters, name),
        worthIn(parameters),
        { mode, timesteps, initialPotential: INITIAL }
      )
    )
    for (const { margin } of oracles)
      expect(margin, 'rounding decides nothing').toBeGreaterThan(1e-6)
    for (const { name } of activatedLayers(ARCHITECTURE)) {
      const expected = Array.from({ length: timesteps }, (_, t) =>
        oracles.flatMap((oracle) => channelsLast(oracle.spikes.get(name)![t]!))
      ).flat()
      expect(maxDifference(spikes.get(name)!, expected), name).toBe(0)
    }
    const fired = [...spikes.values()].flatMap((values) => Array.from(values))
    expect(fired).toContain(1)
    // A spike can be taken back from the second step on.
    const negative = mode === 'ternary' || (mode === 'ternary-memory' && timesteps > 1)
    expect(fired.includes(-1)).toBe(negative)
    const steps = Array.from({ length: timesteps }, (_, t) =>
      oracles.flatMap((oracle) => channelsLast(oracle.steps[t]!))
    )
    expect(perStep!.shape).toEqual([2 * timesteps, ...SIZE, 3])
    expect(maxDifference(perStep!.dataSync(), steps.flat())).toBeLessThan(1e-4)
    const mean = steps[0]!.map((_, i) => steps.reduce((sum, step) => sum + step[i]! / timesteps, 0))
    expect(logits.shape).toEqual([2, ...SIZE, 3])
    expect(maxDifference(logits.dataSync(), mean)).toBeLessThan(1e-4)
  })

  it.each([
    ['channel' as const, true],
    ['layer' as const, false],
    ['channel' as const, false]
  ])('does so with a threshold a %s and output scaling %s', (granularity, outputScaling) => {
    const parameters = spiking(12, granularity, outputScaling)
    const image = tinyImage()
    const { logits } = snnForward(ARCHITECTURE, toTensors(parameters), image, {
      neuron: { mode, initialPotential: 0.25, surrogate: 'triangle' },
      timesteps: 3
    })
    const { steps, margin } = snnOracle(
      fieldOf(image.dataSync(), SIZE, 1),
      ARCHITECTURE.channels,
      3,
      (name) => parameterValues(parameters, name),
      worthIn(parameters),
      { mode, timesteps: 3, initialPotential: 0.25 }
    )
    expect(margin, 'rounding decides nothing').toBeGreaterThan(1e-6)
    const all = steps.map(channelsLast)
    const mean = all[0]!.map((_, i) => all.reduce((sum, step) => sum + step[i]! / 3, 0))
    expect(maxDifference(logits.dataSync(), mean)).toBeLessThan(1e-4)
  })
})

describe('snnForward', () => {
  const neuron = { mode: 'binary', initialPotential: 0.5, surrogate: 'triangle' } as const

  it('has logits that are the mean over time of the current of each step', () => {
    const tensors = toTensors(spiking(13, 'layer', true))
    const { logits, perStep } = snnForward(
      ARCHITECTURE,
      tensors,
      tinyImage(2),
      { neuron, timesteps: 5 },
      true
    )
    const mean = tf.mean(tf.reshape(perStep!, [5, 2, ...SIZE, 3]), 0)
    expect(maxDifference(mean.dataSync(), logits.dataSync())).toBeLessThan(1e-5)
    const [first, last] = [tf.slice(perStep!, 0, 2), tf.slice(perStep!, 8, 2)]
    expect(maxDifference(first.dataSync(), last.dataSync()), 'steps differ').toBeGreaterThan(0.05)
  })

  it('gives no steps unless asked, and the same logits', () => {
    const tensors = toTensors(spiking(13, 'layer', true))
    const options = { neuron, timesteps: 2 }
    const plain = snnForward(ARCHITECTURE, tensors, tinyImage(), options)
    const recorded = snnForward(ARCHITECTURE, tensors, tinyImage(), options, true)
    expect(plain.perStep).toBeUndefined()
    expect(maxDifference(plain.logits.dataSync(), recorded.logits.dataSync())).toBe(0)
  })

  it('leaves no tensors behind but its result', () => {
    const tensors = toTensors(spiking(13, 'layer', true))
    const image = tinyImage()
    const before = tf.memory().numTensors
    tf.tidy(
      () => snnForward(ARCHITECTURE, tensors, image, { neuron, timesteps: 3 }).logits
    ).dispose()
    expect(tf.memory().numTensors).toBe(before)
  })

  it('computes the same with batch normalisation at inference as with it folded', () => {
    const architecture = tinyArchitecture({ batchNorm: true })
    const thresholds = new Map(activatedLayers(architecture).map(({ name }) => [name, [0.8]]))
    const parameters = spikingParameters(randomParameters(architecture, 14), thresholds, true)
    const folded = randomParameters(ARCHITECTURE, 14)
    for (const { name } of folded.entries) {
      const [layer, what] = [
        name.slice(0, name.lastIndexOf('.')),
        name.slice(name.lastIndexOf('.') + 1)
      ]
      const into = parameterValues(folded, name)
      if (layer === 'output') {
        into.set(parameterValues(parameters, name))
        continue
      }
      const of = (part: string): Float32Array => parameterValues(parameters, `${layer}.${part}`)
      const scale = of('gamma').map((g, c) => g / Math.sqrt(of('variance')[c]! + 1e-5))
      if (what === 'bias') into.set(of('beta').map((b, c) => b - of('mean')[c]! * scale[c]!))
      else into.set(of('kernel').map((w, i) => w * scale[i % scale.length]!))
    }
    const options = { neuron, timesteps: 3 }
    const image = tinyImage()
    const one = snnForward(architecture, toTensors(parameters), image, options)
    const other = snnForward(
      ARCHITECTURE,
      toTensors(spikingParameters(folded, thresholds, true)),
      image,
      options
    )
    expect(maxDifference(one.logits.dataSync(), other.logits.dataSync())).toBeLessThan(1e-4)
  })
})
