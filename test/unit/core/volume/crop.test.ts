import { describe, expect, test } from 'vitest'
import { crop, parseRoi, uncrop } from '../../../../src/core/volume/crop'
import { indexToPhysical } from '../../../../src/core/volume/geometry'
import { failureOf } from '../../../fixtures/failure'
import { grid, rotation } from '../../../fixtures/geometries'

describe('a region of interest', () => {
  const geometry = grid({
    size: [4, 5, 6],
    spacing: [0.5, 1, 2],
    first: [10, 20, 30],
    codes: 'LIA',
    turn: rotation('z', 20)
  })
  const voxels = Float32Array.from({ length: 120 }, (_, n) => n)
  const roi = parseRoi('1, 2,3,3,5,6')

  test('is cut out in stored axis order, the end exclusive', () => {
    const part = crop({ geometry, voxels }, roi)
    expect(part.geometry.size).toEqual([2, 3, 3])
    expect(part.voxels).toHaveLength(18)
    expect(part.voxels[0]).toBe(1 + 4 * (2 + 5 * 3))
    expect(part.voxels[17]).toBe(2 + 4 * (4 + 5 * 5))
  })

  test('stays where it was', () => {
    const part = crop({ geometry, voxels }, roi)
    const [x, y, z] = indexToPhysical(part.geometry, [1, 2, 0])
    const [ex, ey, ez] = indexToPhysical(geometry, [2, 4, 3])
    expect(x).toBeCloseTo(ex, 12)
    expect(y).toBeCloseTo(ey, 12)
    expect(z).toBeCloseTo(ez, 12)
  })

  test('is put back with zeros around it', () => {
    const part = crop({ geometry, voxels }, roi)
    const whole = uncrop(part.voxels, roi, geometry.size)
    whole.forEach((value, n) => {
      const [i, j, k] = [n % 4, Math.floor(n / 4) % 5, Math.floor(n / 20)]
      const inside = i >= 1 && i < 3 && j >= 2 && k >= 3
      expect(value).toBe(inside ? n : 0)
    })
  })

  test('is put back with several values a voxel', () => {
    const values = Uint8Array.from({ length: 36 }, (_, n) => n + 1)
    const whole = uncrop(values, roi, geometry.size, 2)
    const at = 2 * (1 + 4 * (2 + 5 * 3))
    expect([...whole.subarray(at - 1, at + 5)]).toEqual([0, 1, 2, 3, 4, 0])
    expect(whole.filter((value) => value > 0)).toHaveLength(36)
  })

  test.each(['', '1,2,3', '1,2,3,4,5,6,7', 'a,0,0,1,1,1', '0.5,0,0,2,2,2'])(
    '“%s” is a usage error',
    async (text) => {
      const failure = await failureOf(() => parseRoi(text))
      expect(failure.kind).toBe('usage')
      expect(failure.message).toContain('i0,j0,k0,i1,j1,k1')
    }
  )

  test.each(['0,0,0,5,1,1', '-1,0,0,1,1,1', '2,0,0,2,1,1', '0,3,0,1,2,1', '0,0,0,1,1,7'])(
    '%s does not fit',
    async (text) => {
      const failure = await failureOf(() => crop({ geometry, voxels }, parseRoi(text)))
      expect(failure.kind).toBe('usage')
      expect(failure.message).toContain(text)
      expect(failure.message).toContain('4×5×6')
    }
  )

  test('the whole image fits', () => {
    expect(crop({ geometry, voxels }, parseRoi('0,0,0,4,5,6'))).toEqual({ geometry, voxels })
  })
})
