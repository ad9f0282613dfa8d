import { describe, expect, it } from 'vitest'
import { asymmetryPercent, permilleOf } from '../../../../src/core/head/measures'
import { lateralityProblem, sidesAreInOrder } from '../../../../src/core/head/laterality'
import { affineAbout } from '../../../../src/core/volume/affine'

function turned(degrees: number): number[] {
  const [cos, sin] = [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)]
  return affineAbout([1.1 * cos, -sin, 0, 1.1 * sin, cos, 0, 0, 0, 1], [0, 0, 0], [5, 5, 5])
}

describe('the laterality guard', () => {
  it.each([0, 30, -45])('believes a head turned by %i°', (degrees) => {
    expect(lateralityProblem(turned(degrees))).toBeNull()
  })

  it('doubts a head whose left lies far from the left of the header', () => {
    expect(lateralityProblem(turned(180))).toMatch(/180° from the left/)
  })

  it('doubts a transform that mirrors', () => {
    const mirrored = affineAbout([-1, 0, 0, 0, 1, 0, 0, 0, 1], [0, 0, 0], [0, 0, 0])
    expect(lateralityProblem(mirrored)).toMatch(/mirrored/)
  })

  it('knows left from right in LPS', () => {
    expect(sidesAreInOrder([25, 0, 0], [-25, 0, 0])).toBe(true)
    expect(sidesAreInOrder([-25, 0, 0], [25, 0, 0])).toBe(false)
  })
})

describe('measures of a head', () => {
  it('are asymmetry against the mean of both sides', () => {
    expect(asymmetryPercent(3300, 2700)).toBeCloseTo(20, 12)
    expect(asymmetryPercent(2700, 3300)).toBeCloseTo(-20, 12)
    expect(asymmetryPercent(0, 0)).toBeNull()
  })

  it('are volumes in thousandths of the intracranial one', () => {
    expect(permilleOf(3000, 1_500_000)).toBe(2)
    expect(permilleOf(3000, null)).toBeNull()
  })
})
