import { describe, expect, it } from 'vitest'
import {
  affineAbout,
  composeAffines,
  geometryAffine,
  invertAffine,
  linearPart,
  multiply3,
  transformPoint
} from '../../../../src/core/volume/affine'
import { indexToPhysical } from '../../../../src/core/volume/geometry'
import type { Geometry } from '../../../../src/shared/geometry'

/** A quarter turn about z: x to y. */
const TURN = [0, -1, 0, 1, 0, 0, 0, 0, 1]
const SHEAR = [1, 0.5, 0, 3, 0, 2, 0, -1, 0, 0.25, 1, 4]

describe('affines', () => {
  it('map points by their rows', () => {
    expect(transformPoint(SHEAR, [2, 4, 8])).toEqual([2 + 2 + 3, 8 - 1, 1 + 8 + 4])
  })

  it('turn about a centre, which only the shift moves', () => {
    const turn = affineAbout(TURN, [10, 20, 30], [1, 2, 3])
    expect(transformPoint(turn, [10, 20, 30])).toEqual([11, 22, 33])
    expect(transformPoint(turn, [11, 20, 30])).toEqual([11, 23, 33])
    expect(linearPart(turn)).toEqual(TURN)
  })

  it('are composed in the order of their application', () => {
    const turn = affineAbout(TURN, [1, 0, 0], [0, 0, 5])
    const point = [3, -2, 7] as [number, number, number]
    expect(transformPoint(composeAffines(SHEAR, turn), point)).toEqual(
      transformPoint(SHEAR, transformPoint(turn, point))
    )
  })

  it('are undone by their inverse', () => {
    const back = transformPoint(invertAffine(SHEAR), transformPoint(SHEAR, [5, -6, 7]))
    back.forEach((value, axis) => expect(value).toBeCloseTo([5, -6, 7][axis]!, 12))
  })

  it('of a grid lead from indices to millimetres', () => {
    const grid: Geometry = {
      size: [4, 5, 6],
      spacing: [2, 3, 4],
      origin: [1, -1, 2],
      direction: TURN
    }
    expect(transformPoint(geometryAffine(grid), [1, 2, 3])).toEqual(
      indexToPhysical(grid, [1, 2, 3])
    )
  })

  it('have matrices that multiply', () => {
    expect(multiply3(TURN, TURN)).toEqual([-1, 0, 0, 0, -1, 0, 0, 0, 1])
  })
})
