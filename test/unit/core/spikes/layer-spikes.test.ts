import { describe, expect, it } from 'vitest'
import {
  countSpikes,
  heatAt,
  interleave,
  maskBytes,
  peakCount,
  rasterNeurons,
  spikeRaster,
  type LayerSpikes
} from '../../../../src/core/spikes'
import { COARSE, FINE, handLayer, type HandLayer } from '../../../fixtures/spike-recording'

const layer = (hand: HandLayer, timesteps = 2): LayerSpikes => ({
  ...handLayer(hand, timesteps),
  timesteps
})
const GRID = { size: [2, 2, 2], offset: [1, 1, 1] } as const
const grid = { size: [...GRID.size], offset: [...GRID.offset] } as {
  size: [number, number, number]
  offset: [number, number, number]
}

describe('spikes of a layer', () => {
  it('are counted by sign and timestep', () => {
    expect(countSpikes(layer(FINE))).toEqual([
      { positive: 2, negative: 1 },
      { positive: 2, negative: 0 }
    ])
    expect(countSpikes(layer(COARSE))).toEqual([
      { positive: 1, negative: 0 },
      { positive: 3, negative: 0 }
    ])
  })

  it('are counted where channels fill no whole byte', () => {
    const odd: HandLayer = {
      ...FINE,
      size: [3, 1, 1],
      channels: 3,
      spikes: [
        { t: 0, at: [2, 0, 0], channel: 2 },
        { t: 1, at: [2, 0, 0], channel: 0 },
        { t: 1, at: [2, 0, 0], channel: 2 }
      ]
    }
    expect(maskBytes(layer(odd))).toBe(3)
    expect(countSpikes(layer(odd)).map(({ positive }) => positive)).toEqual([1, 2])
    expect(peakCount(layer(odd))).toBe(2)
  })

  it('have their peak at one voxel and timestep, of one sign', () => {
    expect(peakCount(layer(FINE))).toBe(2)
    expect(peakCount(layer(COARSE))).toBe(3)
  })
})

describe('a heat map', () => {
  it('shows each sign on the input without its padding', () => {
    const first = heatAt(layer(FINE), 0, grid)
    expect([...first.positive]).toEqual([2, 0, 0, 0, 0, 0, 0, 0])
    expect([...first.negative]).toEqual([0, 1, 0, 0, 0, 0, 0, 0])
    const second = heatAt(layer(FINE), 1, grid)
    expect([...second.positive]).toEqual([0, 0, 0, 0, 0, 0, 1, 0])
    expect([...second.negative]).toEqual(new Array(8).fill(0))
  })

  it('repeats a coarse voxel over all that it covers', () => {
    // Of the padded 4×4×4, the input is 1 to 2 on each axis: its first voxel is the last of a coarse one, its second begins the next.
    expect([...heatAt(layer(COARSE), 0, grid).positive]).toEqual([1, 0, 0, 0, 0, 0, 0, 0])
    expect([...heatAt(layer(COARSE), 1, grid).positive]).toEqual([0, 3, 0, 0, 0, 0, 0, 0])
  })

  it('travels as pairs', () => {
    const pairs = interleave(heatAt(layer(FINE), 0, grid))
    expect([...pairs].slice(0, 6)).toEqual([2, 0, 0, 1, 0, 0])
    expect(pairs.length).toBe(16)
  })
})

describe('a raster', () => {
  it('of all neurons has every spike, ranked by channel and voxel', () => {
    const voxel = (x: number, y: number, z: number): number => x + 4 * (y + 4 * z)
    const points = spikeRaster(layer(FINE), 2 * 512)
    const triples = Array.from({ length: points.length / 3 }, (_, n) => [
      ...points.subarray(3 * n, 3 * n + 3)
    ])
    expect(triples).toEqual([
      [1, voxel(1, 1, 1), 1],
      [2, 64 + voxel(0, 0, 0), 1],
      [1, 3 * 64 + voxel(2, 1, 1), 0],
      [2, 5 * 64 + voxel(1, 2, 2), 1],
      [1, 7 * 64 + voxel(1, 1, 1), 1]
    ])
  })

  it('of fewer neurons is the same every time, and never has more points than asked for', () => {
    const size: [number, number, number] = [20, 10, 5]
    const dense: LayerSpikes = {
      name: 'dense',
      level: 0,
      size,
      channels: 16,
      timesteps: 4,
      positive: new Uint8Array((1000 * 16 * 4) / 8).fill(255),
      negative: null
    }
    expect(rasterNeurons(dense, 2000)).toBe(500)
    const points = spikeRaster(dense, 2000)
    expect(points.length / 3).toBe(2000)
    expect(spikeRaster(dense, 2000)).toEqual(points)
    const ranks = new Set(points.filter((_, n) => n % 3 === 1))
    expect(ranks.size).toBe(500)
    expect(Math.max(...ranks)).toBe(499)
    expect(spikeRaster(dense, 3).length).toBe(0)
  })

  it('draws neurons without preference', () => {
    const positive = new Uint8Array(1000)
    // The first half of the neurons fire.
    positive.fill(255, 0, 500)
    const half: LayerSpikes = {
      name: 'half',
      level: 0,
      size: [1000, 1, 1],
      channels: 8,
      timesteps: 1,
      positive,
      negative: null
    }
    const share = spikeRaster(half, 2000).length / 3 / 2000
    expect(Math.abs(share - 0.5)).toBeLessThan(0.05)
  })
})
