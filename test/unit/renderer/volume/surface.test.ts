import { describe, expect, it } from 'vitest'
import type { Triple } from '../../../../src/shared/geometry'
import { indexToMm } from '../../../../src/renderer/src/volume/grid'
import {
  boundingBox,
  enclosedVolume,
  labelSurface
} from '../../../../src/renderer/src/volume/surface'
import { eachVoxel, grid, multiply, rotation } from '../../../fixtures/geometries'

/** A ball of label 2 in voxels around the middle. */
function ball(size: Triple, radius: number): Uint8Array {
  const labels = new Uint8Array(size[0] * size[1] * size[2])
  eachVoxel(size, (n, index) => {
    const distance = Math.hypot(...index.map((value, axis) => value - (size[axis]! - 1) / 2))
    if (distance <= radius) labels[n] = 2
  })
  return labels
}

const turn = multiply(rotation('y', 25), rotation('x', 10))

describe('the surface of a label', () => {
  it.each(['RAS', 'LAS', 'LIA'])('is closed, looks outwards and has the volume in %s', (codes) => {
    const size: Triple = [24, 24, 24]
    const geometry = grid({ size, spacing: [1, 1.2, 0.8], codes, turn })
    const labels = ball(size, 9)
    const surface = labelSurface(geometry, labels, 2)
    const voxels = labels.filter((label) => label === 2).length
    expect(enclosedVolume(surface) / (voxels * 0.96)).toBeGreaterThan(0.93)
    expect(enclosedVolume(surface) / (voxels * 0.96)).toBeLessThan(1.07)

    const edges = new Map<string, number>()
    const { triangles } = surface
    for (let t = 0; t < triangles.length; t += 3) {
      for (let corner = 0; corner < 3; corner++) {
        const [a, b] = [triangles[t + corner]!, triangles[t + ((corner + 1) % 3)]!]
        const key = `${Math.min(a, b)}-${Math.max(a, b)}`
        edges.set(key, (edges.get(key) ?? 0) + (a < b ? 1 : -1))
      }
    }
    expect([...edges.values()].every((sum) => sum === 0)).toBe(true)
  })

  it('lies where the voxels lie', () => {
    const size: Triple = [20, 20, 20]
    const geometry = grid({ size, spacing: [1, 2, 0.5], first: [5, -3, 40], codes: 'LIA', turn })
    const labels = new Uint8Array(8000)
    labels[4 + 20 * (15 + 20 * 9)] = 1
    const { points } = labelSurface(geometry, labels, 1)
    const centre = indexToMm(geometry, [4, 15, 9])
    for (let axis = 0; axis < 3; axis++) {
      let sum = 0
      for (let n = axis; n < points.length; n += 3) sum += points[n]!
      expect(sum / (points.length / 3)).toBeCloseTo(centre[axis]!, 3)
    }
  })

  it('reaches the edge of the image and is still closed', () => {
    const size: Triple = [6, 6, 6]
    const surface = labelSurface(grid({ size }), new Uint8Array(216).fill(1), 1)
    expect(enclosedVolume(surface)).toBeGreaterThan(150)
  })

  it('is empty where the label is not', () => {
    const size: Triple = [6, 6, 6]
    expect(labelSurface(grid({ size }), new Uint8Array(216), 1).triangles).toHaveLength(0)
    expect(boundingBox(size, new Uint8Array(216), 1)).toBeNull()
  })

  it('has its bounding box', () => {
    const labels = new Uint8Array(5 * 6 * 7)
    labels[1 + 5 * (2 + 6 * 3)] = 4
    labels[3 + 5 * (1 + 6 * 5)] = 4
    expect(boundingBox([5, 6, 7], labels, 4)).toEqual({ min: [1, 1, 3], max: [3, 2, 5] })
  })

  it('has its bounding box in a whole head, without reading its empty part once a row', () => {
    const size: Triple = [256, 256, 256]
    const labels = new Uint8Array(256 ** 3)
    for (const k of [120, 140]) labels[100 + 256 * (130 + 256 * k)] = 1
    // Row by row this takes minutes.
    expect(boundingBox(size, labels, 1)).toEqual({ min: [100, 130, 120], max: [100, 130, 140] })
  })
})
