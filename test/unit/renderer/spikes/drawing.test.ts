import { describe, expect, it } from 'vitest'
import {
  defaultLayer,
  layerTitle,
  skipConnections
} from '../../../../src/renderer/src/features/spikes/layer-names'
import { byActivity } from '../../../../src/renderer/src/features/spikes/neurons'
import {
  drawRaster,
  placeOf,
  sampledNeurons
} from '../../../../src/renderer/src/features/spikes/raster-drawing'
import { rasterNeurons } from '../../../../src/core/spikes'

const COLOURS = { positive: [240, 168, 104], negative: [99, 179, 216] }

describe('a raster in pixels', () => {
  it('puts each spike into its timestep and row, in the colour of its sign', () => {
    const size = { width: 40, height: 10, timesteps: 2, neurons: 10 }
    const pixels = new Uint8ClampedArray(4 * 40 * 10)
    drawRaster(pixels, Uint32Array.from([1, 0, 1, 2, 9, 0]), size, COLOURS)
    const lit: { x: number; y: number; red: number }[] = []
    for (let n = 0; n < 400; n++) {
      if (pixels[4 * n + 3]! > 0) {
        lit.push({ x: n % 40, y: Math.floor(n / 40), red: pixels[4 * n]! })
      }
    }
    expect(lit.length).toBe(2)
    expect(lit[0]).toMatchObject({ y: 0, red: 240 })
    expect(lit[0]!.x).toBeLessThan(20)
    expect(lit[1]).toMatchObject({ y: 9, red: 99 })
    expect(lit[1]!.x).toBeGreaterThanOrEqual(20)
  })

  it('gives a neuron the same place at every timestep, inside the drawing', () => {
    const size = { width: 330, height: 150, timesteps: 4, neurons: 25_000 }
    for (const rank of [0, 1, 12_345, 24_999]) {
      const { x, y } = placeOf(rank, size)
      expect(x).toBeGreaterThanOrEqual(0)
      expect(x).toBeLessThan(size.width / 4)
      expect(y).toBeLessThan(size.height)
    }
  })

  it('draws 100,000 points within a frame or two', () => {
    const size = { width: 660, height: 300, timesteps: 4, neurons: 25_000 }
    const points = new Uint32Array(300_000)
    for (let n = 0; n < 100_000; n++) points.set([(n % 4) + 1, n >> 2, n & 1], 3 * n)
    const pixels = new Uint8ClampedArray(4 * size.width * size.height)
    const start = performance.now()
    drawRaster(pixels, points, size, COLOURS)
    // Generous, for a busy machine: it takes about 5 ms.
    expect(performance.now() - start).toBeLessThan(500)
    expect(pixels.filter((value, n) => n % 4 === 3 && value > 0).length).toBeGreaterThan(50_000)
  })

  it('counts the sampled neurons as the host does', () => {
    const layer = { size: [10, 10, 10] as [number, number, number], channels: 16, timesteps: 4 }
    for (const limit of [3, 1000, 63_999, 64_000, 1_000_000]) {
      expect(sampledNeurons(16_000, 4, limit)).toBe(rasterNeurons(layer, limit))
    }
  })
})

describe('layers', () => {
  const layer = (name: string, level: number) => ({
    name,
    level,
    channels: 16,
    neurons: 1,
    rates: [0],
    peak: 1
  })
  const layers = [
    layer('enc0.conv1', 0),
    layer('enc0.conv2', 0),
    layer('enc1.conv2', 1),
    layer('dec0.reduce', 1),
    layer('dec0.conv1', 0)
  ]

  it('have names for people', () => {
    expect(layerTitle('enc1.conv2')).toBe('Encoder level 2, second convolution')
    expect(layerTitle('dec0.reduce')).toBe('Decoder level 1, channel reduction')
    expect(layerTitle('else')).toBe('else')
  })

  it('know their skip connections, and which is looked at first', () => {
    expect(skipConnections(layers)).toEqual([['enc0.conv2', 'dec0.conv1']])
    expect(defaultLayer(layers)).toBe('dec0.conv1')
    expect(defaultLayer([])).toBe('')
  })
})

describe('neurons of a voxel', () => {
  it('come by how much they fire, then by how near they come to it', () => {
    const potentials = [
      [0.1, 0.2],
      [1.2, 1.1],
      [0.4, -0.9],
      [0.5, 1.3]
    ]
    const spikes = [
      [0, 0],
      [1, 1],
      [0, 0],
      [0, 1]
    ]
    expect(byActivity({ layer: 'x', voxel: [0, 0, 0], potentials, spikes })).toEqual([1, 3, 2, 0])
  })
})
