import * as tf from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, it } from 'vitest'
import type { SpikeMode } from '../../../../src/shared/model'
import { spikeDerivative, step, type NeuronState } from '../../../../src/core/snn/neuron'
import { surrogateDerivative, type Surrogate } from '../../../../src/core/snn/surrogate'
import { useCpuBackend } from '../../../fixtures/cpu-backend'

beforeAll(useCpuBackend)

/** Spikes of one neuron for a sequence of currents (in units of the threshold). */
function spikesOf(mode: SpikeMode, currents: number[], initialPotential = 0.5): number[] {
  let state: NeuronState | null = null
  return currents.map((current) => {
    const next = step(
      { mode, initialPotential, surrogate: 'triangle' },
      tf.tensor1d([current]),
      state
    )
    state = next.state
    return next.spikes.dataSync()[0]!
  })
}

describe('step', () => {
  it('fires at the threshold itself and keeps what is left over', () => {
    // u: 0.5+0.5=1 fires → 0; 0.75; 1.5 fires → 0.5; 1.25 fires → 0.25
    expect(spikesOf('binary', [0.5, 0.75, 0.75, 0.75])).toEqual([1, 0, 1, 1])
  })

  it('fires once a step at most, and carries a large current over', () => {
    expect(spikesOf('binary', [3, 0, 0, 0])).toEqual([1, 1, 1, 0])
  })

  it('never fires negatively in the binary mode', () => {
    expect(spikesOf('binary', [-2, -2, 1, 1])).toEqual([0, 0, 0, 0])
  })

  it('fires −1 at minus the threshold in the ternary mode, and adds the threshold back', () => {
    // u: 0.5−1.5=−1 fires −1 → 0; −0.5; −1 fires −1 → 0; 1 fires → 0
    expect(spikesOf('ternary', [-1.5, -0.5, -0.5, 1])).toEqual([-1, 0, -1, 1])
  })

  it('takes back an earlier spike, and no more than it gave, in the mode with memory', () => {
    // u: 1.5 fires → 0.5; −0.5 takes back → 0.5; −0.5 has nothing to take back
    expect(spikesOf('ternary-memory', [1, -1, -1, -1])).toEqual([1, -1, 0, 0])
  })

  it('takes back two spikes one after the other in the mode with memory', () => {
    expect(spikesOf('ternary-memory', [2.5, 0, -3, -0.5, 0])).toEqual([1, 1, -1, -1, 0])
  })

  it('leaves the state it was given as it is', () => {
    const parameters = { mode: 'binary', initialPotential: 0.5, surrogate: 'triangle' } as const
    const first = step(parameters, tf.tensor1d([0.2]), null)
    step(parameters, tf.tensor1d([5]), first.state)
    expect(first.state.potential.dataSync()[0]).toBeCloseTo(0.7, 6)
  })

  it('starts at the fraction of the threshold it is told', () => {
    expect(spikesOf('binary', [0.4, 0.4, 0.4], 0)).toEqual([0, 0, 1])
    expect(spikesOf('binary', [0.4, 0.4, 0.4], 0.9)).toEqual([1, 0, 1])
  })
})

describe('surrogateDerivative', () => {
  const at = (kind: Surrogate, x: number[]): number[] => [
    ...surrogateDerivative(kind, tf.tensor1d(x)).dataSync()
  ]

  it('has the height, the width and the area it says', () => {
    expect(at('triangle', [-1.2, -1, -0.5, 0, 0.25, 1])).toEqual([0, 0, 0.5, 1, 0.75, 0])
    expect(at('rectangle', [-0.6, -0.4, 0, 0.4, 0.6])).toEqual([0, 1, 1, 1, 0])
    // 4·σ(2)·(1−σ(2)) = 4·0.880797·0.119203
    expect(at('sigmoid', [0.5])[0]).toBeCloseTo(0.419974, 5)
    for (const kind of ['triangle', 'rectangle', 'sigmoid'] as const) {
      const grid = Array.from({ length: 4001 }, (_, i) => (i - 2000) / 500)
      const area = at(kind, grid).reduce((sum, y) => sum + y / 500, 0)
      expect(area, kind).toBeCloseTo(1, 2)
    }
  })
})

describe('spikeDerivative', () => {
  const derivative = (mode: SpikeMode, u: number, canTakeBack: boolean | null): number =>
    spikeDerivative(
      { mode, initialPotential: 0.5, surrogate: 'triangle' },
      {
        potential: tf.tensor1d([u]),
        canTakeBack: canTakeBack === null ? null : tf.tensor1d([canTakeBack], 'bool')
      }
    ).dataSync()[0]!

  it('has a bump wherever the output of the mode changes', () => {
    expect(derivative('binary', 1, null)).toBe(1)
    expect(derivative('binary', -1, null)).toBe(0)
    expect(derivative('ternary', -1, null)).toBe(1)
    expect(derivative('ternary', 1, null)).toBe(1)
    expect(derivative('ternary', 0, null)).toBe(0)
    expect(derivative('ternary-memory', 0, true)).toBe(1)
    expect(derivative('ternary-memory', 0, false)).toBe(0)
    expect(derivative('ternary-memory', 0, null)).toBe(0)
    // Halfway between both: half of each.
    expect(derivative('ternary-memory', 0.5, true)).toBe(1)
  })
})
