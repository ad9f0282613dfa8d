import * as tf from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, it } from 'vitest'
import type { SpikeMode } from '../../../../src/shared/model'
import { networkMacs, spikeFanOut } from '../../../../src/core/metrics/operations'
import { toTensors, type NamedTensors } from '../../../../src/core/snn/parameters'
import { snnForward } from '../../../../src/core/snn/unet-snn'
import { batchLoss, type BatchTarget } from '../../../../src/core/training/losses'
import {
  NO_PENALTIES,
  snnNetwork,
  type SnnTrainingOptions
} from '../../../../src/core/training/snn-network'
import { maxDifference, useCpuBackend, waves } from '../../../fixtures/cpu-backend'
import { tinySpikingParameters } from '../../../fixtures/tiny-model'
import { tinyArchitecture, tinyImage } from '../../../fixtures/tiny-network'

beforeAll(useCpuBackend)

const ARCHITECTURE = tinyArchitecture()
const VOXELS = 2 * 96

function options(mode: SpikeMode, overrides: Partial<SnnTrainingOptions> = {}): SnnTrainingOptions {
  return {
    neuron: { mode, initialPotential: 0.5, surrogate: 'triangle' },
    timesteps: 3,
    loss: 'dice+cross-entropy',
    teacher: null,
    penalties: NO_PENALTIES,
    padMultiple: 2,
    ...overrides
  }
}

const target = (): BatchTarget => ({
  labels: tf.tensor1d(
    Array.from({ length: VOXELS }, (_, n) => (n * 7) % 3),
    'int32'
  ),
  wholeOnly: [false, false]
})

/** Loss and its gradient by every trained parameter. */
function gradientsOf(loss: (tensors: NamedTensors) => tf.Scalar): {
  value: number
  gradients: Map<string, Float32Array>
} {
  const tensors = toTensors(tinySpikingParameters(1))
  const names = Object.keys(tensors)
  const { value, grads } = tf.valueAndGrads((...inputs: tf.Tensor[]) =>
    loss(Object.fromEntries(names.map((name, i) => [name, inputs[i]!])))
  )(Object.values(tensors))
  return {
    value: value.dataSync()[0]!,
    gradients: new Map(names.map((name, i) => [name, grads[i]!.dataSync() as Float32Array]))
  }
}

/** What the batch was before it was made coarse and noisy. */
function cleanImage(): tf.Tensor5D {
  return tf.mul(tinyImage(2), 0.5) as tf.Tensor5D
}

function networkGradients(settings: SnnTrainingOptions) {
  const network = snnNetwork(ARCHITECTURE, tinySpikingParameters(1), settings)
  return gradientsOf((tensors) =>
    network.loss(tensors, tinyImage(2), target(), {
      clean: cleanImage(),
      onStatistics: () => undefined
    })
  )
}

const fanOut = spikeFanOut(ARCHITECTURE)
describe.each(['binary', 'ternary', 'ternary-memory'] satisfies SpikeMode[])(
  'the penalties on spikes, %s',
  (mode) => {
    it('has the gradient of operations · SOPs / MACs + rate · mean rate as terms of the loss', () => {
      const penalties = { operations: 40, rate: 3 }
      const fused = networkGradients(options(mode, { penalties }))
      const composed = gradientsOf((tensors) => {
        const operations: tf.Tensor[] = []
        const spikeCounts: tf.Tensor[] = []
        let opportunities = 0
        const { logits } = snnForward(ARCHITECTURE, tensors, tinyImage(2), {
          neuron: options(mode).neuron,
          timesteps: 3,
          onSpikes: ({ name }, spikes) => {
            // |s|, whose derivative is 0 at 0 where spikes are signed (that of tf.abs is −1 there).
            const counted = mode === 'binary' ? spikes : tf.mul(spikes, tf.sign(spikes))
            operations.push(tf.mul(tf.sum(counted), fanOut.get(name)!))
            spikeCounts.push(tf.sum(counted))
            opportunities += spikes.size
          }
        })
        const share = tf.div(tf.addN(operations), networkMacs(ARCHITECTURE, VOXELS))
        const loss = batchLoss('dice+cross-entropy', logits, target())
        const rate = tf.div(tf.addN(spikeCounts), opportunities)
        return tf.addN([
          loss,
          tf.mul(share, penalties.operations) as tf.Scalar,
          tf.mul(rate, penalties.rate) as tf.Scalar
        ])
      })
      const plain = networkGradients(options(mode))
      let felt = 0
      for (const [name, gradient] of fused.gradients) {
        const expected = composed.gradients.get(name)!
        const size = Math.max(...expected.map(Math.abs))
        expect(maxDifference(gradient, expected), name).toBeLessThan(1e-4 * (1 + size))
        felt = Math.max(felt, maxDifference(gradient, plain.gradients.get(name)!))
      }
      expect(felt).toBeGreaterThan(0.01)
      expect(fused.value, 'the reported loss is without it').toBeCloseTo(plain.value, 6)
    })
  }
)

describe('distillation', () => {
  const teacherLogits = waves(VOXELS * 3, 21, 2)
  const teacher = (weight: number): SnnTrainingOptions['teacher'] => ({
    weight,
    predict: (image) => tf.tensor(teacherLogits, [image.shape[0], 4, 6, 4, 3]) as tf.Tensor5D
  })

  it('adds the weighted divergence from the teacher to the loss', () => {
    const plain = networkGradients(options('binary'))
    const taught = networkGradients(options('binary', { teacher: teacher(0.7) }))
    const student = snnForward(ARCHITECTURE, toTensors(tinySpikingParameters(1)), tinyImage(2), {
      neuron: options('binary').neuron,
      timesteps: 3
    }).logits.dataSync()
    const softmax = (logits: ArrayLike<number>, voxel: number): number[] => {
      const exp = [0, 1, 2].map((k) => Math.exp(logits[3 * voxel + k]!))
      const sum = exp.reduce((a, b) => a + b)
      return exp.map((e) => e / sum)
    }
    let divergence = 0
    for (let v = 0; v < VOXELS; v++) {
      const [p, q] = [softmax(teacherLogits, v), softmax(student, v)]
      p.forEach((share, k) => (divergence += (share * Math.log(share / q[k]!)) / VOXELS))
    }
    expect(divergence).toBeGreaterThan(0.1)
    expect(taught.value).toBeCloseTo(plain.value + 0.7 * divergence, 4)
    const [a, b] = [taught, plain].map(({ gradients }) => gradients.get('output.bias')!)
    expect(maxDifference(a!, b!)).toBeGreaterThan(0.01)
  })

  it('shows the teacher the batch of the student before it was made coarse and noisy', () => {
    const seen: number[][] = []
    networkGradients(
      options('binary', {
        teacher: {
          weight: 1,
          predict: (image) => {
            seen.push([...image.dataSync()])
            return teacher(1)!.predict(image)
          }
        }
      })
    )
    expect(seen).toEqual([[...cleanImage().dataSync()]])
  })
})

describe('predict', () => {
  it('is the forward pass of the spiking network', () => {
    const network = snnNetwork(ARCHITECTURE, tinySpikingParameters(1), options('ternary-memory'))
    const tensors = toTensors(network.parameters)
    const expected = snnForward(ARCHITECTURE, tensors, tinyImage(), {
      neuron: options('ternary-memory').neuron,
      timesteps: 3
    }).logits
    const logits = network.predict(tensors, tinyImage())
    expect(maxDifference(logits.dataSync(), expected.dataSync())).toBe(0)
  })
})
