import { describe, expect, it } from 'vitest'
import type { Architecture } from '../../../../src/shared/model'
import {
  activatedLayers,
  buildLayers,
  inChannelsOf,
  sizeMultiple
} from '../../../../src/core/snn/architecture'
import { initialParameters } from '../../../../src/core/snn/parameters'
import { tinyArchitecture } from '../../../fixtures/tiny-network'

const SHIPPED: Architecture = tinyArchitecture({ channels: [16, 32, 64], batchNorm: true })

describe('buildLayers', () => {
  it('lists three levels in order of evaluation, with kernel, channels and level', () => {
    const rows = buildLayers(SHIPPED).map((layer) => [
      layer.name,
      layer.kernel,
      inChannelsOf(layer),
      layer.outChannels,
      layer.level
    ])
    expect(rows).toEqual([
      ['enc0.conv1', 3, 1, 16, 0],
      ['enc0.conv2', 3, 16, 16, 0],
      ['enc1.conv1', 3, 16, 32, 1],
      ['enc1.conv2', 3, 32, 32, 1],
      ['enc2.conv1', 3, 32, 64, 2],
      ['enc2.conv2', 3, 64, 64, 2],
      ['dec1.reduce', 1, 64, 32, 2],
      ['dec1.conv1', 3, 64, 32, 1],
      ['dec1.conv2', 3, 32, 32, 1],
      ['dec0.reduce', 1, 32, 16, 1],
      ['dec0.conv1', 3, 32, 16, 0],
      ['dec0.conv2', 3, 16, 16, 0],
      ['output', 1, 16, 3, 0]
    ])
  })

  it('says where each layer takes its input from, and how', () => {
    const sources = Object.fromEntries(
      buildLayers(tinyArchitecture()).map(({ name, sources }) => [
        name,
        sources.map(({ from, transform }) => `${transform} ${from}`)
      ])
    )
    expect(sources).toEqual({
      'enc0.conv1': ['none input'],
      'enc0.conv2': ['none enc0.conv1'],
      'enc1.conv1': ['pool enc0.conv2'],
      'enc1.conv2': ['none enc1.conv1'],
      'dec0.reduce': ['none enc1.conv2'],
      'dec0.conv1': ['none enc0.conv2', 'upsample dec0.reduce'],
      'dec0.conv2': ['none dec0.conv1'],
      output: ['none dec0.conv2']
    })
  })

  it('needs no decoder for a single level', () => {
    const names = buildLayers(tinyArchitecture({ channels: [4] })).map(({ name }) => name)
    expect(names).toEqual(['enc0.conv1', 'enc0.conv2', 'output'])
  })

  it('activates every layer but the output', () => {
    const inactive = buildLayers(SHIPPED).filter((layer) => !layer.activated)
    expect(inactive.map(({ name }) => name)).toEqual(['output'])
    expect(activatedLayers(SHIPPED).map(({ name }) => name)).not.toContain('output')
    expect(activatedLayers(SHIPPED)).toHaveLength(12)
  })
})

describe('the size of the network', () => {
  it('is 322 467 numbers for 16/32/64 with batch normalisation, its statistics included', () => {
    expect(initialParameters(SHIPPED, () => 0).values).toHaveLength(322_467)
  })

  it('holds two running statistics a channel of every hidden layer among them', () => {
    const { entries } = initialParameters(SHIPPED, () => 0)
    const statistics = entries.filter(({ role }) => role === 'statistic')
    // 2 × (2·16 + 2·32 + 2·64 + 3·32 + 3·16) channels of hidden layers
    expect(statistics.reduce((sum, { size }) => sum + size, 0)).toBe(2 * 368)
  })
})

describe('sizeMultiple', () => {
  it.each([
    [[8], 1],
    [[8, 16], 2],
    [[16, 32, 64], 4],
    [[1, 1, 1, 1, 1], 16]
  ])(
    'halves once for each level below the first: %j needs multiples of %i',
    (channels, expected) => {
      expect(sizeMultiple(tinyArchitecture({ channels }))).toBe(expected)
    }
  )
})
