import { describe, expect, it } from 'vitest'
import { ActivationStatistics } from '../../../../src/core/conversion/activation-statistics'
import { checkActivations, checkNetwork } from '../../../../src/core/conversion/checks'
import { activatedLayers } from '../../../../src/core/snn/architecture'
import { parameterValues } from '../../../../src/core/snn/parameters'
import { randomParameters, tinyArchitecture } from '../../../fixtures/tiny-network'

describe('checkNetwork', () => {
  it('has nothing to say of a folded network with average pooling', () => {
    expect(checkNetwork(tinyArchitecture(), randomParameters(tinyArchitecture(), 1))).toEqual([])
  })

  it('refuses max pooling, of the whole network', () => {
    const architecture = tinyArchitecture({ pooling: 'max' })
    const problems = checkNetwork(architecture, randomParameters(architecture, 1))
    expect(problems).toHaveLength(1)
    expect(problems[0]).toMatchObject({ severity: 'error', layer: null })
    expect(problems[0]!.message).toMatch(/max pooling cannot be converted: .*average pooling/)
  })

  it('refuses batch normalisation that is not folded, by layer', () => {
    const architecture = tinyArchitecture({ batchNorm: true })
    const problems = checkNetwork(architecture, randomParameters(architecture, 1))
    expect(problems.map(({ layer }) => layer)).toEqual(
      activatedLayers(architecture).map(({ name }) => name)
    )
    for (const { severity, message } of problems) {
      expect(severity).toBe('error')
      expect(message).toContain('batch normalisation is not folded')
    }
  })

  it.each([NaN, Infinity, -Infinity])('refuses weights of %f, by tensor', (value) => {
    const parameters = randomParameters(tinyArchitecture(), 1)
    parameterValues(parameters, 'enc1.conv1.bias')[2] = value
    const problems = checkNetwork(tinyArchitecture(), parameters)
    expect(problems).toEqual([
      {
        severity: 'error',
        layer: 'enc1.conv1',
        message: 'enc1.conv1.bias holds NaN or infinite values; the training diverged'
      }
    ])
  })
})

describe('checkActivations', () => {
  const of = (...values: number[]): ReadonlyMap<string, ActivationStatistics> => {
    const statistics = new ActivationStatistics(1)
    statistics.add(Float32Array.from(values))
    return new Map([['enc0.conv1', statistics]])
  }

  it('has nothing to say of an ordinary layer', () => {
    expect(checkActivations(of(...Array.from({ length: 2000 }, (_, i) => i / 100)))).toEqual([])
  })

  it('refuses negative activations, with the lowest', () => {
    const [problem, ...rest] = checkActivations(of(1, 2, -0.125))
    expect(rest).toEqual([])
    expect(problem).toMatchObject({ severity: 'error', layer: 'enc0.conv1' })
    expect(problem!.message).toContain('negative activations (down to -0.125)')
  })

  it('refuses a layer that is never active', () => {
    const [problem, ...rest] = checkActivations(of(0, 0, 0))
    expect(rest).toEqual([])
    expect(problem).toMatchObject({ severity: 'error', layer: 'enc0.conv1' })
    expect(problem!.message).toContain('never active')
  })

  it('warns of a heavy tail, and converts all the same', () => {
    const body = Array.from({ length: 5000 }, () => 1)
    const [problem, ...rest] = checkActivations(of(...body, 25))
    expect(rest).toEqual([])
    expect(problem).toMatchObject({ severity: 'warning', layer: 'enc0.conv1' })
    expect(problem!.message).toContain('25 times the 99.9th percentile')
    expect(checkActivations(of(...body, 15))).toEqual([])
  })
})
