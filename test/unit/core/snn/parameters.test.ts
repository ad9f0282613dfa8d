import { beforeAll, describe, expect, it } from 'vitest'
import {
  createParameterSet,
  initialParameters,
  parameterValues,
  toTensors
} from '../../../../src/core/snn/parameters'
import { createRandom } from '../../../../src/core/training/random'
import { useCpuBackend } from '../../../fixtures/cpu-backend'
import { tinyArchitecture } from '../../../fixtures/tiny-network'

beforeAll(useCpuBackend)

const inits = () => [
  { name: 'a.kernel', shape: [2, 2], role: 'kernel' as const, values: [1, 2, 3, 4] },
  { name: 'a.bias', shape: [2], role: 'bias' as const, values: [5, 6] }
]

describe('createParameterSet', () => {
  it('lays the parameters out one after the other', () => {
    const { entries, values } = createParameterSet(inits())
    expect([...values]).toEqual([1, 2, 3, 4, 5, 6])
    expect(entries.map(({ offset, size }) => [offset, size])).toEqual([
      [0, 4],
      [4, 2]
    ])
  })

  it('refuses values that do not fill their shape, by name', () => {
    const broken = [{ name: 'a.bias', shape: [3], role: 'bias' as const, values: [1, 2] }]
    expect(() => createParameterSet(broken)).toThrow(
      new RangeError('a.bias: 2 values for shape [3]')
    )
  })
})

describe('parameterValues', () => {
  it('is a view: writing through it changes the set', () => {
    const set = createParameterSet(inits())
    parameterValues(set, 'a.bias')[1] = -1
    expect([...set.values]).toEqual([1, 2, 3, 4, 5, -1])
  })

  it('names an unknown parameter', () => {
    expect(() => parameterValues(createParameterSet(inits()), 'b.bias')).toThrow(
      new RangeError('no parameter b.bias')
    )
  })
})

describe('toTensors', () => {
  it('gives each parameter its shape, from other values where they are given', () => {
    const set = createParameterSet(inits())
    const tensors = toTensors(set)
    expect(tensors['a.kernel']!.arraySync()).toEqual([
      [1, 2],
      [3, 4]
    ])
    const others = toTensors(set, Float32Array.from([9, 8, 7, 6, 5, 4]))
    expect(others['a.bias']!.arraySync()).toEqual([5, 4])
  })

  it('copies: later changes of the set do not reach the tensors', () => {
    const set = createParameterSet(inits())
    const tensors = toTensors(set)
    set.values.fill(0)
    expect(tensors['a.bias']!.arraySync()).toEqual([5, 6])
  })
})

describe('initialParameters', () => {
  it('draws kernels with the variance 2 / fan-in, and 1 / fan-in before the linear output', () => {
    const parameters = initialParameters(
      tinyArchitecture({ channels: [16, 32] }),
      createRandom(4).gaussian
    )
    const variance = (name: string): number =>
      parameterValues(parameters, name).reduce(
        (sum, value, _, all) => sum + value ** 2 / all.length,
        0
      )
    // 27 648 and 48 numbers: the standard error of a variance is √(2/n) of it, 0.9% and 20%.
    expect(variance('enc1.conv2.kernel')).toBeCloseTo(2 / (27 * 32), 4)
    expect(variance('output.kernel') * 16).toBeGreaterThan(0.4)
    expect(variance('output.kernel') * 16).toBeLessThan(1.6)
  })

  it('starts neutral: no bias; with batch normalisation unit scale and variance, no shift', () => {
    const normalised = initialParameters(tinyArchitecture({ batchNorm: true }), () => 1)
    const all = (name: string): number[] => [...parameterValues(normalised, name)]
    expect(all('enc0.conv1.gamma')).toEqual([1, 1, 1])
    expect(all('enc0.conv1.beta')).toEqual([0, 0, 0])
    expect(all('enc0.conv1.mean')).toEqual([0, 0, 0])
    expect(all('enc0.conv1.variance')).toEqual([1, 1, 1])
    expect(all('output.bias')).toEqual([0, 0, 0])
    expect(normalised.entries.map(({ name }) => name)).not.toContain('enc0.conv1.bias')
    const plain = initialParameters(tinyArchitecture(), () => 1)
    expect([...parameterValues(plain, 'enc0.conv1.bias')]).toEqual([0, 0, 0])
    expect(plain.entries.map(({ name }) => name)).not.toContain('enc0.conv1.gamma')
  })
})
