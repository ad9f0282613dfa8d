import { beforeAll, describe, expect, it } from 'vitest'
import { foldBatchNorm } from '../../../../src/core/conversion/fold-batch-norm'
import { toTensors } from '../../../../src/core/snn/parameters'
import { annForward } from '../../../../src/core/snn/unet-ann'
import { maxDifference, useCpuBackend } from '../../../fixtures/cpu-backend'
import { randomParameters, tinyArchitecture, tinyImage } from '../../../fixtures/tiny-network'

beforeAll(useCpuBackend)

describe('foldBatchNorm', () => {
  it.each([1, 2, 3])('keeps what the network computes, seed %i', (seed) => {
    const architecture = tinyArchitecture({ batchNorm: true })
    const parameters = randomParameters(architecture, seed)
    const folded = foldBatchNorm(architecture, parameters)
    const image = tinyImage()
    const before = annForward(architecture, toTensors(parameters), image).dataSync()
    const after = annForward(folded.architecture, toTensors(folded.parameters), image).dataSync()
    expect(Math.max(...before.map(Math.abs))).toBeGreaterThan(0.1)
    expect(maxDifference(after, before)).toBeLessThan(1e-4)
  })

  it('leaves kernels and biases alone, and says so in the architecture', () => {
    const architecture = tinyArchitecture({ batchNorm: true })
    const folded = foldBatchNorm(architecture, randomParameters(architecture, 1))
    expect(folded.architecture).toEqual(tinyArchitecture())
    expect(new Set(folded.parameters.entries.map(({ role }) => role))).toEqual(
      new Set(['kernel', 'bias'])
    )
    expect(folded.parameters.entries.map(({ name }) => name)).toEqual(
      randomParameters(tinyArchitecture(), 1).entries.map(({ name }) => name)
    )
  })

  it('works on copies', () => {
    const architecture = tinyArchitecture({ batchNorm: true })
    const parameters = randomParameters(architecture, 1)
    const before = Float32Array.from(parameters.values)
    foldBatchNorm(architecture, parameters).parameters.values.fill(7)
    expect(maxDifference(parameters.values, before)).toBe(0)
  })

  it('copies a network without batch normalisation as it is', () => {
    const parameters = randomParameters(tinyArchitecture(), 4)
    const folded = foldBatchNorm(tinyArchitecture(), parameters)
    expect(folded.architecture).toEqual(tinyArchitecture())
    expect([...folded.parameters.values]).toEqual([...parameters.values])
    folded.parameters.values.fill(7)
    expect(parameters.values[0]).not.toBe(7)
  })
})
