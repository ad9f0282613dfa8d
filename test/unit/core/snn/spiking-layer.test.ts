import * as tf from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, it } from 'vitest'
import type { SpikeMode } from '../../../../src/shared/model'
import {
  step,
  spikeDerivative,
  type NeuronParameters,
  type NeuronState
} from '../../../../src/core/snn/neuron'
import { integrateAndFire, spikingConvolution } from '../../../../src/core/snn/spiking-layer'
import { SURROGATES } from '../../../../src/core/snn/surrogate'
import { maxDifference, useCpuBackend, waves } from '../../../fixtures/cpu-backend'

beforeAll(useCpuBackend)

const T = 3
const SHAPE = [2, 3, 2, 2] as const
/** Of T timesteps folded into the batch. */
const folded = (channels: number): [number, number, number, number, number] => [
  T * SHAPE[0],
  SHAPE[1],
  SHAPE[2],
  SHAPE[3],
  channels
]

/** A spike as an operation of its own, so that tfjs's tape does the backpropagation through time: the oracle. */
function composedSpikes(
  neuron: NeuronParameters,
  currents: tf.Tensor[],
  bias: tf.Tensor
): tf.Tensor[] {
  let state: NeuronState | null = null
  return currents.map((current) => {
    const before: NeuronState | null = state
    const withBias = tf.add(current, bias)
    const potential: tf.Tensor = tf.add(
      before ? before.potential : tf.scalar(neuron.initialPotential),
      withBias
    )
    const spike = tf.customGrad((u) => {
      const next = step({ ...neuron, initialPotential: 0 }, u as tf.Tensor, {
        potential: tf.zerosLike(u as tf.Tensor),
        netCount: before?.netCount ?? null
      })
      if (next.canTakeBack) tf.keep(next.canTakeBack)
      return {
        value: next.spikes,
        gradFunc: (dy: tf.Tensor) =>
          tf.mul(
            dy,
            spikeDerivative(neuron, { potential: u as tf.Tensor, canTakeBack: next.canTakeBack })
          )
      }
    })
    const spikes = spike(potential)
    const count = tf.tidy(() => tf.tensor(spikes.dataSync(), spikes.shape))
    state = {
      potential: tf.sub(potential, spikes),
      netCount:
        neuron.mode === 'ternary-memory'
          ? before?.netCount
            ? tf.add(before.netCount, count)
            : count
          : null
    }
    return spikes
  })
}

const modes: SpikeMode[] = ['binary', 'ternary', 'ternary-memory']

describe.each(modes)('spikingConvolution, %s', (mode) => {
  it.each(SURROGATES)(
    'has the gradients of backpropagation through time, %s surrogate',
    (surrogate) => {
      const neuron: NeuronParameters = { mode, initialPotential: 0.5, surrogate }
      const voxels = SHAPE.reduce((product, n) => product * n, 1)
      const a = tf.tensor(waves(T * voxels * 2, 1, 1.2), folded(2)) as tf.Tensor5D
      const b = tf.tensor(waves(T * voxels * 3, 2, 1.2), folded(3)) as tf.Tensor5D
      const wa = tf.tensor(waves(27 * 2 * 4, 3, 0.4), [3, 3, 3, 2, 4]) as tf.Tensor5D
      const wb = tf.tensor(waves(27 * 3 * 4, 4, 0.4), [3, 3, 3, 3, 4]) as tf.Tensor5D
      const bias = tf.tensor1d(waves(4, 5, 0.3))
      const weight = tf.tensor(waves(T * voxels * 4, 6), folded(4))

      const fused = (...t: tf.Tensor[]): tf.Scalar =>
        tf.sum(
          tf.mul(
            weight,
            spikingConvolution(
              [t[0], t[1]] as tf.Tensor5D[],
              [t[2], t[3]] as tf.Tensor5D[],
              t[4] as tf.Tensor1D,
              { neuron, timesteps: T, spikePenalty: 0 }
            )
          )
        )
      const composed = (...t: tf.Tensor[]): tf.Scalar => {
        const current = tf.add(
          tf.conv3d(t[0] as tf.Tensor5D, t[2] as tf.Tensor5D, 1, 'same'),
          tf.conv3d(t[1] as tf.Tensor5D, t[3] as tf.Tensor5D, 1, 'same')
        )
        const spikes = composedSpikes(neuron, tf.split(current, T, 0), t[4]!)
        return tf.sum(tf.mul(weight, tf.concat(spikes, 0)))
      }
      const inputs = [a, b, wa, wb, bias]
      const one = tf.valueAndGrads(fused)(inputs)
      const other = tf.valueAndGrads(composed)(inputs)
      expect(one.value.dataSync()[0]).toBeCloseTo(other.value.dataSync()[0]!, 4)
      one.grads.forEach((gradient, i) => {
        const reference = other.grads[i]!.dataSync()
        expect(
          Math.max(...reference.map(Math.abs)),
          `gradient ${i} is not trivial`
        ).toBeGreaterThan(0.1)
        expect(maxDifference(gradient.dataSync(), reference), `gradient ${i}`).toBeLessThan(2e-4)
      })
    }
  )
})

describe('integrateAndFire', () => {
  const neuron: NeuronParameters = { mode: 'binary', initialPotential: 0.5, surrogate: 'triangle' }

  it('takes one current as constant over time: rate ≈ current', () => {
    const current = tf.tensor([0.3, 0.75, -1, 2], [1, 1, 1, 1, 4]) as tf.Tensor5D
    const spikes = integrateAndFire([current], tf.zeros([4]), {
      neuron,
      timesteps: 4,
      spikePenalty: 0
    })
    expect(spikes.shape).toEqual([4, 1, 1, 1, 4])
    // 0.3: u = .8, 1.1 fires (.1), .4, .7; 0.75: 1.25 fires, 1 fires, .75, 1.5 fires; 2: every step
    const byChannel = tf.transpose(tf.reshape(spikes, [4, 4])).arraySync()
    expect(byChannel).toEqual([
      [0, 1, 0, 0],
      [1, 1, 0, 1],
      [0, 0, 0, 0],
      [1, 1, 1, 1]
    ])
  })

  it('has the hand-worked gradient for two timesteps', () => {
    // u1 = 0.5+0.4 = 0.9, h1 = 0.9, no spike; u2 = 0.9+0.4 = 1.3, h2 = 0.7, spike.
    // L = s1 + 2·s2: δ2 = 2·0.7 = 1.4; δ1 = δ2 + (1−δ2)·h1 = 1.4 − 0.36 = 1.04; dL/dI = δ1+δ2 = 2.44
    const gradient = tf.grad((current) => {
      const spikes = integrateAndFire([current as tf.Tensor5D], tf.zeros([1]), {
        neuron,
        timesteps: 2,
        spikePenalty: 0
      })
      return tf.sum(tf.mul(spikes, tf.tensor([1, 2], [2, 1, 1, 1, 1])))
    })(tf.tensor([0.4], [1, 1, 1, 1, 1]))
    expect(gradient.dataSync()[0]).toBeCloseTo(2.44, 5)
  })

  it('joins the penalty to the upstream gradient of every spike', () => {
    const withPenalty = (penalty: number): number =>
      tf
        .grad((current) =>
          tf.sum(
            integrateAndFire([current as tf.Tensor5D], tf.zeros([1]), {
              neuron,
              timesteps: 2,
              spikePenalty: penalty
            })
          )
        )(tf.tensor([0.4], [1, 1, 1, 1, 1]))
        .dataSync()[0]!
    // With g = 1 + p for every spike the gradient is linear in g: (1+p)·(gradient without).
    expect(withPenalty(0.5)).toBeCloseTo(1.5 * withPenalty(0), 5)
  })
})
