import { describe, expect, test } from 'vitest'
import { indexToPhysical, physicalToIndex } from '../../../../src/core/volume/geometry'
import { axisCodes, obliquity } from '../../../../src/core/volume/orientation'
import { rescale, rescaledGeometry } from '../../../../src/core/volume/rescale'
import {
  argmaxChannels,
  labelsFromScores,
  labelsToCanonical,
  scoresToSource,
  toCanonical
} from '../../../../src/core/volume/resample'
import type { Volume } from '../../../../src/core/volume/volume'
import type { Geometry, Triple } from '../../../../src/shared/geometry'
import {
  ALL_ORIENTATIONS,
  eachVoxel,
  grid,
  multiply,
  rotation,
  type GridOptions
} from '../../../fixtures/geometries'

const MILLIMETRE: Triple = [1, 1, 1]

/** An image whose value tells its place: 2x - 3y + 5z in LPS, which linear interpolation keeps. */
const ramp = ([x, y, z]: Triple): number => 2 * x - 3 * y + 5 * z

function rampImage(geometry: Geometry): Volume {
  const voxels = new Float32Array(geometry.size[0] * geometry.size[1] * geometry.size[2])
  eachVoxel(geometry.size, (n, index) => {
    voxels[n] = ramp(indexToPhysical(geometry, index))
  })
  return { geometry, voxels }
}

/** A ball of label 2 inside a larger one of label 1, off centre so that no flip leaves it where it is. */
const CENTRE: Triple = [6.3, -9.1, 4.2]

function ballLabels(geometry: Geometry): Uint8Array {
  const voxels = new Uint8Array(geometry.size[0] * geometry.size[1] * geometry.size[2])
  eachVoxel(geometry.size, (n, index) => {
    const place = indexToPhysical(geometry, index)
    const distance = Math.hypot(...place.map((value, axis) => value - CENTRE[axis]!))
    const left = Math.hypot(place[0] - CENTRE[0] - 2, place[1] - CENTRE[1], place[2] - CENTRE[2])
    if (distance < 6) voxels[n] = left < 3 ? 2 : 1
  })
  return voxels
}

function oneHot(labels: Uint8Array, channels: number): Float32Array {
  const scores = new Float32Array(labels.length * channels)
  labels.forEach((label, n) => {
    scores[n * channels + label] = 1
  })
  return scores
}

function centroid(labels: Uint8Array, geometry: Geometry, label: number): number[] {
  const sum = [0, 0, 0]
  let count = 0
  eachVoxel(geometry.size, (n, index) => {
    if (labels[n] !== label) return
    count++
    indexToPhysical(geometry, index).forEach((value, axis) => (sum[axis]! += value))
  })
  return sum.map((value) => value / count)
}

/** A grid around the ball, whatever the orientation. */
function gridAroundBall(options: Omit<GridOptions, 'size' | 'first'>, size: Triple): Geometry {
  const loose = grid({ ...options, size })
  const middle = indexToPhysical(loose, size.map((n) => (n - 1) / 2) as Triple)
  const shifted = loose.origin.map((value, axis) => value + CENTRE[axis]! - middle[axis]!) as Triple
  return { ...loose, origin: shifted }
}

describe('an image of 1 mm voxels', () => {
  test.each(ALL_ORIENTATIONS)('%s is only permuted and flipped, index for index', (codes) => {
    const geometry = gridAroundBall({ codes, turn: rotation('x', 7) }, [15, 18, 21])
    const { volume, mapping } = toCanonical(rampImage(geometry), MILLIMETRE)
    expect(mapping.exact).not.toBeNull()
    expect(axisCodes(volume.geometry.direction)).toBe('RAS')
    let worst = 0
    eachVoxel(volume.geometry.size, (n, index) => {
      const expected = ramp(indexToPhysical(volume.geometry, index))
      worst = Math.max(worst, Math.abs(volume.voxels[n]! - expected))
    })
    expect(worst).toBeLessThan(1e-4)
    const drawn = ballLabels(volume.geometry)
    const mask = labelsFromScores(oneHot(drawn, 3), 3, mapping)
    expect(mask.geometry).toEqual(geometry)
    // Voxels a hair from the ball's surface may round either way; there are none here.
    expect(mask.voxels).toEqual(ballLabels(geometry))
    expect(labelsToCanonical(mask, mapping).voxels).toEqual(drawn)
  })

  test('spacings within a thousandth count as 1 mm, others do not', () => {
    const near = grid({ size: [4, 4, 4], spacing: [1.0009, 0.9992, 1] })
    expect(toCanonical(rampImage(near), MILLIMETRE).mapping.exact).not.toBeNull()
    const far = grid({ size: [4, 4, 4], spacing: [1.002, 1, 1] })
    expect(toCanonical(rampImage(far), MILLIMETRE).mapping.exact).toBeNull()
  })

  test('a mirrored mask would not pass: the ball lies where it was drawn', () => {
    const geometry = gridAroundBall({ codes: 'LIA' }, [20, 22, 24])
    const { volume, mapping } = toCanonical(rampImage(geometry), MILLIMETRE)
    const mask = labelsFromScores(oneHot(ballLabels(volume.geometry), 3), 3, mapping)
    const inner = centroid(mask.voxels, geometry, 2)
    expect(inner[0]! - CENTRE[0]).toBeGreaterThan(1)
    expect(Math.abs(inner[1]! - CENTRE[1])).toBeLessThan(0.6)
    expect(Math.abs(inner[2]! - CENTRE[2])).toBeLessThan(0.6)
  })
})

describe.each([
  ['anisotropic RAS', { codes: 'RAS', spacing: [0.8, 1.2, 2.5] }, [30, 24, 12]],
  ['anisotropic LAS', { codes: 'LAS', spacing: [0.9, 0.9, 3] }, [30, 30, 12]],
  ['fine LIA', { codes: 'LIA', spacing: [0.74, 0.74, 0.74] }, [32, 33, 34]],
  [
    'oblique anisotropic PSR',
    {
      codes: 'PSR',
      spacing: [0.7, 1.4, 1.1],
      turn: multiply(rotation('z', 9), rotation('x', -12))
    },
    [36, 22, 26]
  ],
  ['oblique by 35°', { codes: 'RAS', spacing: [1, 1, 1], turn: rotation('x', 35) }, [26, 26, 26]],
  [
    'oblique by 28°, anisotropic ASL',
    { codes: 'ASL', spacing: [0.8, 0.8, 2], turn: rotation('x', -28) },
    [34, 34, 16]
  ]
] as [string, Omit<GridOptions, 'size' | 'first'>, Triple][])('%s', (_, options, size) => {
  const geometry = gridAroundBall(options, size)
  const { volume, mapping } = toCanonical(rampImage(geometry), MILLIMETRE)
  const canonical = volume.geometry

  test('becomes 1 mm with axes close to RAS', () => {
    expect(canonical.spacing).toEqual(MILLIMETRE)
    expect(axisCodes(canonical.direction)).toBe('RAS')
    expect(obliquity(canonical.direction)).toBeLessThanOrEqual(20)
    expect(mapping.exact).toBeNull()
  })

  test('keeps every value at its place', () => {
    let compared = 0
    let worst = 0
    eachVoxel(canonical.size, (n, index) => {
      const place = indexToPhysical(canonical, index)
      const inSource = physicalToIndex(geometry, place)
      // Kernels are cut off at the border, by at most two canonical voxels.
      const margin = inSource.every((value, axis) => {
        const edge = 2 / geometry.spacing[axis]!
        return value >= edge && value <= geometry.size[axis]! - 1 - edge
      })
      if (!margin) return
      compared++
      worst = Math.max(worst, Math.abs(volume.voxels[n]! - ramp(place)))
    })
    expect(worst).toBeLessThan(1e-3)
    expect(compared).toBeGreaterThan(500)
  })

  test('a mask drawn there returns to its place', () => {
    const drawn = oneHot(ballLabels(canonical), 3)
    const mask = labelsFromScores(drawn, 3, mapping)
    const expected = ballLabels(geometry)
    expect(mask.geometry).toEqual(geometry)
    let wrong = 0
    mask.voxels.forEach((label, n) => (wrong += Number(label !== expected[n])))
    const inside = expected.filter((label) => label > 0).length
    expect(inside).toBeGreaterThan(100)
    expect(wrong / inside).toBeLessThan(0.2)
    for (const label of [1, 2]) {
      const there = centroid(mask.voxels, geometry, label)
      centroid(expected, geometry, label).forEach((value, axis) => {
        expect(Math.abs(there[axis]! - value)).toBeLessThan(0.35)
      })
    }
  })

  test('a label map of the source lies in its place on the canonical grid', () => {
    const labels = labelsToCanonical({ geometry, voxels: ballLabels(geometry) }, mapping)
    expect(labels.geometry).toEqual(canonical)
    const expected = ballLabels(canonical)
    for (const label of [1, 2]) {
      const there = centroid(labels.voxels, canonical, label)
      centroid(expected, canonical, label).forEach((value, axis) => {
        expect(Math.abs(there[axis]! - value)).toBeLessThan(0.45)
      })
    }
  })
})

describe('changing the spacing', () => {
  test('the new grid is centred on the same field of view', () => {
    const geometry = grid({ size: [10, 10, 3], spacing: [0.5, 2, 1], first: [0, 0, 0] })
    const rescaled = rescaledGeometry(geometry, MILLIMETRE)
    expect(rescaled.size).toEqual([5, 20, 3])
    // RAS 0.25: half of the two 0.5 mm voxels that become one; -0.5: a 2 mm voxel becomes two.
    expect(rescaled.origin.map((value) => Number(value.toFixed(9)))).toEqual([-0.25, 0.5, 0])
  })

  test.each([0, 30])('stripes finer than the new grid are averaged, turned by %i°', (degrees) => {
    const turn = rotation('x', degrees)
    const geometry = grid({ size: [42, 6, 6], spacing: [0.5, 1, 1], turn })
    const stripes = Float32Array.from({ length: 42 * 36 }, (_, n) => n % 2)
    const { volume } = toCanonical({ geometry, voxels: stripes }, [1.5, 1, 1])
    // Every new centre falls on an old one, so that interpolation alone would give 0 or 1.
    expect(volume.geometry.size[0]).toBe(14)
    let worst = 0
    volume.voxels.forEach((value, n) => {
      const atEnd = n % 14 === 0 || n % 14 === 13
      if (!atEnd) worst = Math.max(worst, Math.abs(value - 0.5))
    })
    expect(worst).toBeLessThan(0.06)
  })

  test('a constant stays constant up to the border', () => {
    const geometry = grid({ size: [7, 5, 4], spacing: [0.6, 1.7, 1] })
    const { voxels } = rescale({ geometry, voxels: new Float32Array(140).fill(3) }, MILLIMETRE)
    for (const value of voxels) expect(value).toBeCloseTo(3, 5)
  })

  test('a single slice stays a volume', () => {
    const geometry = grid({ size: [3, 3, 1], spacing: [1, 1, 0.2] })
    const { geometry: rescaled } = rescale({ geometry, voxels: new Float32Array(9) }, MILLIMETRE)
    expect(rescaled.size).toEqual([3, 3, 1])
  })
})

describe('scores', () => {
  test('the highest channel wins, the first of equal ones', () => {
    expect([...argmaxChannels(Float32Array.of(0, 1, 0.5, 2, 2, 1, -3, -2, -1), 3)]).toEqual([
      1, 0, 2
    ])
  })

  test('are interpolated between canonical voxels before they are decided', () => {
    const geometry = grid({ size: [5, 1, 1], spacing: [0.5, 1, 1], first: [0, 0, 0] })
    const { mapping } = toCanonical(rampImage(geometry), [2, 1, 1])
    expect(mapping.canonical.size).toEqual([1, 1, 1])
    const fine = grid({ size: [4, 1, 1], spacing: [0.5, 1, 1] })
    const two = toCanonical(rampImage(fine), MILLIMETRE).mapping
    expect(two.canonical.size).toEqual([2, 1, 1])
    const scores = scoresToSource(Float32Array.of(0, 4, 8, 0), 2, two)
    // Source centres lie at -0.25, 0.25, 0.75 and 1.25 canonical voxels; those outside take the edge.
    expect([...scores]).toEqual([0, 4, 2, 3, 6, 1, 8, 0])
  })
})
