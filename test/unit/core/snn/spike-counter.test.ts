import * as tf from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { buildLayers } from '../../../../src/core/snn/architecture'
import { createSpikeCounter } from '../../../../src/core/snn/spike-counter'
import { useCpuBackend } from '../../../fixtures/cpu-backend'
import { tinyArchitecture } from '../../../fixtures/tiny-network'

beforeAll(useCpuBackend)

const [first, second] = buildLayers(tinyArchitecture())
const spikes = (values: number[]): tf.Tensor5D =>
  tf.tensor(values, [1, 1, 1, values.length, 1]) as tf.Tensor5D

describe('a spike counter', () => {
  it('counts the spikes of each layer, once, and keeps nothing', async () => {
    const before = tf.memory().numTensors
    const counter = createSpikeCounter(true)
    tf.tidy(() => {
      counter.onSpikes(first!, spikes([1, 0, -1, 0]))
      counter.onSpikes(second!, spikes([0, 1]))
    })
    expect(await counter.take()).toEqual([
      { layer: first!.name, spikes: 2, opportunities: 4 },
      { layer: second!.name, spikes: 1, opportunities: 2 }
    ])
    expect(await counter.take()).toEqual([])
    expect(tf.memory().numTensors).toBe(before)
  })
})
