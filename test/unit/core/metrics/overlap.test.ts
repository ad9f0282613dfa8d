import { describe, expect, test } from 'vitest'
import { dice, diceScores } from '../../../../src/core/metrics/overlap'
import { volumesMm3 } from '../../../../src/core/metrics/volumes'

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values)

describe('Dice', () => {
  test('two of three and two of four voxels in common: 4/7', () => {
    expect(dice(bytes(1, 1, 1, 0, 0, 0), bytes(0, 1, 1, 1, 1, 0))).toBeCloseTo(4 / 7, 12)
  })

  test('any label but 0 is inside', () => {
    expect(dice(bytes(2, 0), bytes(1, 0))).toBe(1)
  })

  test('two empty masks agree, one empty mask misses everything', () => {
    expect(dice(bytes(0, 0), bytes(0, 0))).toBe(1)
    expect(dice(bytes(0, 0), bytes(0, 1))).toBe(0)
    expect(dice(bytes(1, 0), bytes(0, 0))).toBe(0)
  })

  test('masks of different size are a mistake of the caller', () => {
    expect(() => dice(bytes(1), bytes(1, 0))).toThrow(RangeError)
  })

  test('anterior, posterior and their union are scored apart', () => {
    const prediction = bytes(1, 1, 2, 2, 0, 0)
    const reference = bytes(1, 2, 2, 2, 2, 0)
    const scores = diceScores(prediction, reference)
    expect(scores.anterior).toBeCloseTo(2 / 3, 12)
    expect(scores.posterior).toBeCloseTo(4 / 6, 12)
    // A voxel labelled 1 here and 2 there still belongs to both wholes.
    expect(scores.whole).toBeCloseTo(8 / 9, 12)
  })
})

describe('volumes', () => {
  test('are voxels times the volume of one', () => {
    const geometry = {
      size: [3, 2, 1] as [number, number, number],
      spacing: [0.5, 2, 3] as [number, number, number],
      origin: [0, 0, 0] as [number, number, number],
      direction: [-1, 0, 0, 0, -1, 0, 0, 0, 1]
    }
    expect(volumesMm3({ geometry, voxels: bytes(1, 1, 2, 0, 2, 2) })).toEqual({
      anterior: 6,
      posterior: 9,
      whole: 15
    })
  })
})
