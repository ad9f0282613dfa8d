import { describe, expect, it } from 'vitest'
import { quantisedParameters } from '../../../../src/core/conversion/qcfs'
import { activatedLayers } from '../../../../src/core/snn/architecture'
import {
  checkTensors,
  modelParameters,
  storedTensors,
  variantOf
} from '../../../../src/core/snn/model-parameters'
import type { ParameterSet } from '../../../../src/core/snn/parameters'
import { failureOf } from '../../../fixtures/failure'
import { randomParameters, tinyArchitecture } from '../../../fixtures/tiny-network'
import {
  manifestHead,
  modelOf,
  tinySpikingParameters,
  twoVariants
} from '../../../fixtures/tiny-model'

function expectSame(a: ParameterSet, b: ParameterSet): void {
  const sorted = (set: ParameterSet): [string, number[], string, number[]][] =>
    set.entries
      .map(({ name, shape, role, offset, size }): [string, number[], string, number[]] => [
        name,
        shape,
        role,
        [...set.values.subarray(offset, offset + size)]
      ])
      .sort(([one], [other]) => (one < other ? -1 : 1))
  expect(sorted(a)).toEqual(sorted(b))
}

describe('modelParameters', () => {
  it.each([
    ['plain', tinyArchitecture()],
    ['with batch normalisation', tinyArchitecture({ batchNorm: true })]
  ])('gives back what was stored of an ANN, %s', (_, architecture) => {
    const parameters = randomParameters(architecture, 1)
    const model = modelOf(manifestHead(architecture, null), storedTensors(parameters, false))
    checkTensors(model.manifest)
    expectSame(modelParameters(model), parameters)
  })

  it('keeps the learned bounds of a QCFS network among its tensors', () => {
    const architecture = tinyArchitecture({ activation: { kind: 'qcfs', levels: 4 } })
    const bounds = new Map(activatedLayers(architecture).map(({ name }, i) => [name, [1 + i]]))
    const parameters = quantisedParameters(randomParameters(tinyArchitecture(), 1), bounds)
    const model = modelOf(manifestHead(architecture, null), storedTensors(parameters, false))
    checkTensors(model.manifest)
    expectSame(modelParameters(model), parameters)
  })

  it('chooses weights and thresholds by the number of timesteps', () => {
    const { head, tensors, four, two } = twoVariants()
    const model = modelOf(head, tensors)
    checkTensors(model.manifest)
    expectSame(modelParameters(model), four)
    expectSame(modelParameters(model, 4), four)
    expectSame(modelParameters(model, 2), two)
    // Untuned numbers take the next lower variant, or the lowest.
    expectSame(modelParameters(model, 3), two)
    expectSame(modelParameters(model, 9), four)
    expectSame(modelParameters(model, 1), two)
  })

  it('gives back amplitudes that are not the thresholds, and thresholds a channel', () => {
    const architecture = tinyArchitecture()
    const parameters = tinySpikingParameters(3, { outputScaling: false })
    const { offset } = parameters.entries.find(({ name }) => name === 'enc0.conv1.logThreshold')!
    parameters.values[offset]! += 0.5
    const spiking = {
      mode: 'ternary' as const,
      defaultTimesteps: 4,
      initialPotential: 0.5,
      variants: [variantOf(parameters, 4, '')]
    }
    const { thresholds, amplitudes } = spiking.variants[0]!
    expect(amplitudes['enc0.conv1']).toBeCloseTo(0.43, 6)
    expect(thresholds['enc0.conv1']).toBeCloseTo(0.43 * Math.exp(0.5), 6)
    const model = modelOf(manifestHead(architecture, spiking), storedTensors(parameters, true))
    checkTensors(model.manifest)
    expectSame(modelParameters(model), parameters)
  })

  it('leaves thresholds and amplitudes of a spiking model out of its tensors', () => {
    const names = storedTensors(
      tinySpikingParameters(3, { outputScaling: false }),
      true,
      't2/'
    ).map(({ name }) => name)
    expect(names).toContain('t2/enc0.conv1.kernel')
    expect(names.filter((name) => !/^t2\/.*\.(kernel|bias)$/.test(name))).toEqual([])
  })
})

describe('checkTensors', () => {
  const damaged = async (
    damage: (model: ReturnType<typeof twoVariants>) => void
  ): Promise<string> => {
    const parts = twoVariants()
    damage(parts)
    const error = await failureOf(() => checkTensors(modelOf(parts.head, parts.tensors).manifest))
    expect(error.kind).toBe('input')
    expect(error.message).not.toContain('\n')
    return error.message
  }

  it('names a tensor that is missing', async () => {
    const message = await damaged(({ tensors }) => {
      tensors.splice(
        tensors.findIndex(({ name }) => name === 't2/enc1.conv1.bias'),
        1
      )
    })
    expect(message).toBe('model tiny: tensor t2/enc1.conv1.bias is missing; get the model again')
  })

  it('names a tensor that does not belong', async () => {
    const message = await damaged(({ tensors }) => {
      tensors.push({ name: 'enc9.conv1.bias', shape: [1], values: new Float32Array(1) })
    })
    expect(message).toContain('tensor enc9.conv1.bias is not part of its architecture')
  })

  it('names a tensor that is there twice', async () => {
    const message = await damaged(({ tensors }) => tensors.push(tensors[0]!))
    expect(message).toContain('tensor enc0.conv1.kernel')
  })

  it('names a tensor of another shape, with both shapes', async () => {
    const message = await damaged(({ tensors }) => {
      tensors[1] = { name: 'enc0.conv1.bias', shape: [4], values: new Float32Array(4) }
    })
    expect(message).toContain('tensor enc0.conv1.bias has shape [4], expected [3]')
  })

  it('names a threshold that is missing, with its timesteps', async () => {
    const message = await damaged(({ head }) => {
      delete head.spiking!.variants[1]!.thresholds['dec0.reduce']
    })
    expect(message).toContain('the threshold of dec0.reduce at T=2 is missing')
  })

  it('names an amplitude that is missing', async () => {
    const message = await damaged(({ head }) => {
      delete head.spiking!.variants[0]!.amplitudes['enc0.conv2']
    })
    expect(message).toContain('the amplitude of enc0.conv2 at T=4 is missing')
  })

  it('names a list of thresholds that is not one a channel', async () => {
    const message = await damaged(({ head }) => {
      head.spiking!.variants[0]!.thresholds['enc0.conv2'] = [1, 2]
    })
    expect(message).toContain('enc0.conv2 has 2 thresholds for 3 channels')
  })

  it('names a threshold of a layer that does not spike', async () => {
    const message = await damaged(({ head }) => {
      head.spiking!.variants[0]!.thresholds['output'] = 1
    })
    expect(message).toContain('the threshold of output belongs to no spiking layer')
  })

  it('refuses a padding that the levels of the network cannot halve', async () => {
    const message = await damaged(({ head }) => {
      head.preprocessing = { ...head.preprocessing, padMultiple: 3 }
    })
    expect(message).toContain('pads to multiples of 3, its architecture needs multiples of 2')
  })
})
