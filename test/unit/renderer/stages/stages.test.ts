import { describe, expect, it } from 'vitest'
import {
  frameAround,
  fullestSlice,
  outlineEdges
} from '../../../../src/renderer/src/features/stages/outline'
import {
  nearestTimestep,
  scoreAt,
  shortLayerName
} from '../../../../src/renderer/src/features/stages/stage-words'

describe('the slice that shows the stages', () => {
  it('has most of all masks together', () => {
    // Two voxels of one mask in slice 0, one of each in slice 2.
    const one = Uint8Array.from([1, 1, 0, 0, 0, 0, 0, 0, 1, 2, 0, 0])
    const other = Uint8Array.from([0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0])
    expect(fullestSlice([one, other], [2, 2, 3])).toBe(2)
    expect(fullestSlice([one], [2, 2, 3])).toBe(0)
    expect(fullestSlice([new Uint8Array(12)], [2, 2, 3])).toBe(1)
  })

  it('is cut to the masks and a margin, within the picture', () => {
    const mask = new Uint8Array(20 * 10)
    mask[3 + 20 * 4] = 1
    mask[7 + 20 * 6] = 2
    const size = { width: 20, height: 10 }
    expect(frameAround([mask], size, 2)).toEqual({ left: 1, top: 2, width: 9, height: 7 })
    expect(frameAround([mask], size, 9)).toEqual({ left: 0, top: 0, width: 17, height: 10 })
    expect(frameAround([new Uint8Array(200)], size, 2)).toEqual({ left: 0, top: 0, ...size })
  })

  it('is outlined where a label ends, once a side', () => {
    const around = outlineEdges(Uint8Array.from([0, 0, 0, 0, 1, 0, 0, 0, 0]), 3)
    expect(around).toEqual([
      { label: 1, from: [1, 1], to: [1, 2] },
      { label: 1, from: [2, 1], to: [2, 2] },
      { label: 1, from: [1, 1], to: [2, 1] },
      { label: 1, from: [1, 2], to: [2, 2] }
    ])
    // Between two labels each has its own edge; none within a label.
    const beside = outlineEdges(Uint8Array.from([1, 1, 2]), 3)
    expect(beside.filter(({ from, to }) => from[0] === 1 && to[0] === 1)).toEqual([])
    expect(beside.filter(({ from, to }) => from[0] === 2 && to[0] === 2)).toHaveLength(2)
  })
})

describe('the words of the stages', () => {
  it('name layers in short', () => {
    expect(['enc0.conv1', 'enc2.conv2', 'dec1.reduce', 'dec0.conv2'].map(shortLayerName)).toEqual([
      ...['Enc 1a', 'Enc 3b', 'Dec 2a', 'Dec 1c']
    ])
    expect(shortLayerName('output')).toBe('output')
  })

  it('find the timesteps that a click means, on an axis that doubles', () => {
    expect(nearestTimestep([1, 2, 4, 8], 3)).toBe(4)
    expect(nearestTimestep([1, 2, 4, 8], 2.7)).toBe(2)
    expect(nearestTimestep([1, 2, 4, 8], 99)).toBe(8)
  })

  it('have a score where the stage was run for so many timesteps', () => {
    const score = {
      ...{ timesteps: 4, diceWhole: 0.9, diceAnterior: null, dicePosterior: null },
      ...{ meanFiringRate: 0.1, energyRatio: 10 }
    }
    expect(scoreAt([score], 4)).toBe(score)
    expect(scoreAt([score], 8)).toBeNull()
  })
})
