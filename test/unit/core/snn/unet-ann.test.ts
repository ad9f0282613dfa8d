import * as tf from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { BATCH_NORM_EPSILON } from '../../../../src/core/snn/ann-layer'
import { parameterValues, toTensors, type ParameterSet } from '../../../../src/core/snn/parameters'
import { annForward } from '../../../../src/core/snn/unet-ann'
import { quantisedParameters } from '../../../../src/core/conversion/qcfs'
import { activatedLayers } from '../../../../src/core/snn/architecture'
import { maxDifference, useCpuBackend } from '../../../fixtures/cpu-backend'
import { randomParameters, tinyArchitecture, tinyImage } from '../../../fixtures/tiny-network'
import { annOracle, channelsLast, fieldOf } from '../../../fixtures/unet-oracle'

beforeAll(useCpuBackend)

const SIZE: [number, number, number] = [4, 6, 4]

/** The tiny network on one tiny image, by plain loops. */
const oracle = (
  parameters: ParameterSet,
  image: tf.Tensor,
  options?: Parameters<typeof annOracle>[4]
): ReturnType<typeof annOracle> =>
  annOracle(
    fieldOf(image.dataSync(), SIZE, 1),
    tinyArchitecture().channels,
    3,
    (name) => parameterValues(parameters, name),
    options
  )

describe('annForward', () => {
  it.each([[[3, 4]], [[2, 3, 2]]])(
    'agrees with plain loops over voxels, channels %j, two images at once',
    (channels) => {
      const size: [number, number, number] = [4, 4, 8]
      const architecture = tinyArchitecture({ channels })
      const parameters = randomParameters(architecture, 1)
      const image = tinyImage(2, size)
      const logits = annForward(architecture, toTensors(parameters), image)
      expect(logits.shape).toEqual([2, ...size, 3])
      const expected = [0, 1].flatMap((n) =>
        channelsLast(
          annOracle(fieldOf(image.dataSync(), size, 1, n), channels, 3, (name) =>
            parameterValues(parameters, name)
          ).logits
        )
      )
      expect(Math.max(...expected.map(Math.abs))).toBeGreaterThan(0.1)
      expect(maxDifference(logits.dataSync(), expected)).toBeLessThan(1e-4)
    }
  )

  it('shows every activation on its way', () => {
    const architecture = tinyArchitecture()
    const parameters = randomParameters(architecture, 2)
    const image = tinyImage()
    const { activations } = oracle(parameters, image)
    const seen: string[] = []
    annForward(architecture, toTensors(parameters), image, {
      onActivation: (layer, activation) => {
        seen.push(layer.name)
        const expected = channelsLast(activations.get(layer.name)!)
        expect(maxDifference(activation.dataSync(), expected), layer.name).toBeLessThan(1e-4)
      }
    })
    expect(seen).toEqual(activatedLayers(architecture).map(({ name }) => name))
  })

  it('normalises with the running statistics at inference', () => {
    const architecture = tinyArchitecture({ batchNorm: true })
    const parameters = randomParameters(architecture, 3)
    const image = tinyImage()
    const logits = annForward(architecture, toTensors(parameters), image)
    const expected = oracle(parameters, image, {
      batchNorm: { epsilon: BATCH_NORM_EPSILON }
    }).logits
    expect(maxDifference(logits.dataSync(), channelsLast(expected))).toBeLessThan(1e-4)
  })

  it('normalises with the statistics of the batch in training, and hands them over', () => {
    const architecture = tinyArchitecture({ batchNorm: true })
    const parameters = randomParameters(architecture, 3)
    const tensors = toTensors(parameters)
    const image = tinyImage(2)
    const seen = new Map<string, [Float32Array, Float32Array]>()
    const trained = annForward(architecture, tensors, image, {
      training: {
        onStatistics: (layer, { mean, variance }) =>
          seen.set(layer, [mean.dataSync() as Float32Array, variance.dataSync() as Float32Array])
      }
    })
    expect([...seen.keys()]).toEqual(activatedLayers(architecture).map(({ name }) => name))
    // With the batch's statistics as the running ones, inference computes what training did.
    for (const [layer, [mean, variance]] of seen) {
      parameterValues(parameters, `${layer}.mean`).set(mean)
      parameterValues(parameters, `${layer}.variance`).set(variance)
    }
    const before = annForward(architecture, tensors, image)
    const after = annForward(architecture, toTensors(parameters), image)
    expect(maxDifference(after.dataSync(), trained.dataSync())).toBeLessThan(1e-4)
    expect(maxDifference(before.dataSync(), trained.dataSync())).toBeGreaterThan(1e-2)
  })

  it('quantises every activation in a QCFS network', () => {
    const folded = randomParameters(tinyArchitecture(), 5)
    const thresholds = new Map(
      activatedLayers(tinyArchitecture()).map(({ name }, i) => [name, [0.7 + 0.13 * i]])
    )
    const architecture = tinyArchitecture({ activation: { kind: 'qcfs', levels: 4 } })
    const parameters = quantisedParameters(folded, thresholds)
    const image = tinyImage()
    const logits = annForward(architecture, toTensors(parameters), image)
    const expected = oracle(parameters, image, { levels: 4 }).logits
    expect(maxDifference(logits.dataSync(), channelsLast(expected))).toBeLessThan(1e-4)
  })

  it('leaves no tensors behind but its result', () => {
    const architecture = tinyArchitecture({ batchNorm: true })
    const tensors = toTensors(randomParameters(architecture, 3))
    const image = tinyImage()
    const before = tf.memory().numTensors
    tf.tidy(() => annForward(architecture, tensors, image)).dispose()
    expect(tf.memory().numTensors).toBe(before)
  })
})
