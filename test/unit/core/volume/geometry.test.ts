import { describe, expect, test } from 'vitest'
import {
  farthestApart,
  fieldOfView,
  geometryFromRasAffine,
  indexToPhysical,
  nearestOrthonormal,
  orthonormalityError,
  physicalToIndex,
  rasAffine,
  voxelVolume
} from '../../../../src/core/volume/geometry'
import { grid, rotation } from '../../../fixtures/geometries'

/** An oblique, anisotropic affine made with numpy: Rz(10°)·Rx(-8°) of axes L, I, A. */
const OBLIQUE = [
  -0.7878462024097664, 0.02900058643436529, -0.42989561384681046, 30.5, -0.13891854213354426,
  -0.16447049860346785, 2.4380591791428117, -41.25, 0, -1.1883216824898843, -0.3479327524001636,
  17.75
]

describe('geometry', () => {
  test('places a voxel where nibabel does, with x and y turned from RAS to LPS', () => {
    const geometry = geometryFromRasAffine([9, 8, 7], OBLIQUE)
    const [x, y, z] = indexToPhysical(geometry, [3, 4, 5])
    expect(x).toBeCloseTo(-26.102985669, 8)
    expect(y).toBeCloseTo(30.134341725, 8)
    expect(z).toBeCloseTo(11.257049508, 8)
    expect(geometry.spacing[0]).toBeCloseTo(0.8, 12)
    expect(geometry.spacing[1]).toBeCloseTo(1.2, 12)
    expect(geometry.spacing[2]).toBeCloseTo(2.5, 12)
  })

  test('the direction has the axes in its columns', () => {
    const geometry = grid({ size: [2, 2, 2], codes: 'SRA' })
    // First stored axis up, second to the right (-x in LPS), third to the front (-y in LPS).
    expect(geometry.direction).toEqual([0, -1, 0, 0, 0, -1, 1, 0, 0])
  })

  test('an affine goes through a geometry and back', () => {
    const back = rasAffine(geometryFromRasAffine([9, 8, 7], OBLIQUE))
    back.forEach((value, n) => {
      expect(value).toBeCloseTo(OBLIQUE[n]!, 12)
    })
  })

  test('two grids are as far apart as their farthest voxels', () => {
    const one = grid({ size: [11, 5, 5], spacing: [2, 1, 1], first: [3, 4, 5] })
    expect(farthestApart(one, one)).toBe(0)
    const shifted = grid({ size: [11, 5, 5], spacing: [2, 1, 1], first: [6, 4, 1] })
    expect(farthestApart(one, shifted)).toBeCloseTo(5, 12)
    // The last of 11 voxels is 10 steps from the first.
    const longer = grid({ size: [11, 5, 5], spacing: [2.01, 1, 1], first: [3, 4, 5] })
    expect(farthestApart(one, longer)).toBeCloseTo(0.1, 12)
    const turned = grid({ size: [11, 5, 5], spacing: [2, 1, 1], first: [3, 4, 5], codes: 'LAS' })
    expect(farthestApart(one, turned)).toBeCloseTo(40, 12)
  })

  test('no negative zero gets into origin, direction or affine', () => {
    const geometry = grid({ size: [2, 2, 2] })
    const numbers = [...geometry.origin, ...geometry.direction, ...rasAffine(geometry)]
    expect(numbers.some((value) => Object.is(value, -0))).toBe(false)
  })

  test('index to place and back, also of a sheared grid', () => {
    const geometry = geometryFromRasAffine([5, 5, 5], [2, 0.4, 0, 1, 0, 1.5, 0, 2, 0.2, 0, 3, 3])
    const index = physicalToIndex(geometry, indexToPhysical(geometry, [1.25, -2, 3.5]))
    expect(index[0]).toBeCloseTo(1.25, 12)
    expect(index[1]).toBeCloseTo(-2, 12)
    expect(index[2]).toBeCloseTo(3.5, 12)
  })

  test('field of view and voxel volume', () => {
    const geometry = grid({ size: [10, 20, 30], spacing: [0.5, 2, 3], turn: rotation('x', 12) })
    expect(fieldOfView(geometry).map((value) => Number(value.toFixed(9)))).toEqual([5, 40, 90])
    expect(voxelVolume(geometry)).toBeCloseTo(3, 12)
  })
})

describe('orthonormality', () => {
  test('a rotation has no error, mirrored or not', () => {
    expect(orthonormalityError(rotation('y', 33))).toBeLessThan(1e-12)
    expect(orthonormalityError([-1, 0, 0, 0, 1, 0, 0, 0, 1])).toBe(0)
  })

  test('a shear shows in the dot product of two axes', () => {
    expect(orthonormalityError([1, 0.1, 0, 0, 1, 0, 0, 0, 1])).toBeCloseTo(0.1, 12)
  })

  test('what is not finite is an error that is not finite', () => {
    expect(orthonormalityError([NaN, 0, 0, 0, 1, 0, 0, 0, 1])).toBeNaN()
  })

  test('the repair of a symmetric shear shares it between both axes', () => {
    // [[1, s], [0, 1]] has the polar factor of a rotation by atan(s/2).
    const repaired = nearestOrthonormal([1, 0.3, 0, 0, 1, 0, 0, 0, 1])
    const angle = Math.atan(0.15)
    const expected = [
      Math.cos(angle),
      Math.sin(angle),
      0,
      -Math.sin(angle),
      Math.cos(angle),
      0,
      0,
      0,
      1
    ]
    repaired!.forEach((value, n) => {
      expect(value).toBeCloseTo(expected[n]!, 12)
    })
  })

  test('a rotation is its own repair and a mirror stays one', () => {
    const mirror = [-1, 0, 0, 0, 1, 0, 0, 0, 1]
    expect(nearestOrthonormal(mirror)).toEqual(mirror)
  })

  test('a singular matrix has no repair', () => {
    expect(nearestOrthonormal([1, 1, 0, 0, 0, 0, 0, 0, 1])).toBeNull()
  })
})
