import { describe, expect, test } from 'vitest'
import { indexToPhysical } from '../../../../src/core/volume/geometry'
import {
  axisCodes,
  nearestAxisOrder,
  obliquity,
  reorder,
  restoreOrder
} from '../../../../src/core/volume/orientation'
import type { Triple } from '../../../../src/shared/geometry'
import { ALL_ORIENTATIONS, eachVoxel, grid, multiply, rotation } from '../../../fixtures/geometries'

describe('axis codes', () => {
  test.each(ALL_ORIENTATIONS)('%s is told from its direction', (codes) => {
    expect(axisCodes(grid({ size: [2, 3, 4], codes }).direction)).toBe(codes)
  })

  test.each([
    [multiply(rotation('z', 10), rotation('x', -8)), 'LIA', 'LIA'],
    // nibabel's aff2axcodes of Ry(170°)·Rz(95°).
    [multiply(rotation('y', 170), rotation('z', 95)), 'RAS', 'ARI']
  ])('of a turned image are nibabel’s', (turn, codes, expected) => {
    expect(axisCodes(grid({ size: [2, 2, 2], codes, turn }).direction)).toBe(expected)
  })

  test('obliquity is the angle to the nearest axes', () => {
    expect(obliquity(grid({ size: [2, 2, 2], codes: 'LIA' }).direction)).toBeCloseTo(0, 5)
    const turned = grid({ size: [2, 2, 2], codes: 'PSR', turn: rotation('y', 17) })
    expect(obliquity(turned.direction)).toBeCloseTo(17, 9)
  })
})

describe('reordering', () => {
  const size: Triple = [2, 3, 4]

  test.each(ALL_ORIENTATIONS)(
    '%s: every voxel keeps its place, and finds its way back',
    (codes) => {
      const geometry = grid({ size, spacing: [0.5, 1, 2], first: [3, -7, 11], codes })
      const voxels = Float32Array.from({ length: 24 }, (_, n) => n)
      const order = nearestAxisOrder(geometry.direction)
      const ordered = reorder({ geometry, voxels }, order)
      expect(axisCodes(ordered.geometry.direction)).toBe('RAS')
      eachVoxel(ordered.geometry.size, (n, index) => {
        const stored = ordered.voxels[n]!
        const at: Triple = [stored % 2, Math.floor(stored / 2) % 3, Math.floor(stored / 6)]
        expect(indexToPhysical(ordered.geometry, index)).toEqual(indexToPhysical(geometry, at))
      })
      expect(restoreOrder(ordered.voxels, size, order)).toEqual(voxels)
    }
  )

  test('two values a voxel stay together on the way back', () => {
    const geometry = grid({ size, codes: 'SLP' })
    const order = nearestAxisOrder(geometry.direction)
    const voxels = Float32Array.from({ length: 24 }, (_, n) => n)
    const ordered = reorder({ geometry, voxels }, order).voxels
    const pairs = Float32Array.from({ length: 48 }, (_, n) => ordered[n >> 1]! * 10 + (n & 1))
    const back = restoreOrder(pairs, size, order, 2)
    expect([...back]).toEqual(Array.from({ length: 48 }, (_, n) => (n >> 1) * 10 + (n & 1)))
  })
})
