import { describe, expect, it } from 'vitest'
import { fitQuality } from '../../../../src/core/head/fit-quality'
import { affineAbout } from '../../../../src/core/volume/affine'
import type { Volume } from '../../../../src/core/volume/volume'
import type { Triple } from '../../../../src/shared/geometry'

const SIZE: Triple = [24, 24, 24]
const IDENTITY = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0]

/** A ball with a pattern in it, 0 outside. */
function volume(value: (i: number, j: number, k: number) => number): Volume {
  const voxels = new Float32Array(24 ** 3)
  for (let k = 0, n = 0; k < 24; k++) {
    for (let j = 0; j < 24; j++) {
      for (let i = 0; i < 24; i++, n++) {
        voxels[n] = Math.hypot(i - 11.5, j - 11.5, k - 11.5) < 10 ? value(i, j, k) : 0
      }
    }
  }
  const direction = [1, 0, 0, 0, 1, 0, 0, 0, 1]
  return { geometry: { size: SIZE, spacing: [4, 4, 4], origin: [0, 0, 0], direction }, voxels }
}

const pattern = (i: number, j: number, k: number): number =>
  100 + 30 * Math.sin(i) * Math.cos(0.8 * j) + 10 * Math.sin(1.1 * k)
const head = volume(pattern)

describe('the quality of a fit', () => {
  it('is 1 for the same image, whatever its scale', () => {
    const { correlation, coverage } = fitQuality(
      head,
      volume((...at) => 5 * pattern(...at) + 40),
      IDENTITY
    )
    expect(correlation).toBeCloseTo(1, 5)
    expect(coverage).toBe(1)
  })

  it('follows the transform', () => {
    const moved: Volume = { ...head, geometry: { ...head.geometry, origin: [8, -4, 12] } }
    const shift = affineAbout([1, 0, 0, 0, 1, 0, 0, 0, 1], [0, 0, 0], [8, -4, 12])
    expect(fitQuality(head, moved, shift).correlation).toBeCloseTo(1, 5)
    expect(fitQuality(head, moved, IDENTITY).correlation).toBeLessThan(0.5)
  })

  it('bears an uneven coil', () => {
    const uneven = volume((i, j, k) => pattern(i, j, k) * (0.5 + i / 24))
    expect(fitQuality(head, uneven, IDENTITY).correlation).toBeGreaterThan(0.8)
  })

  it('is low for another contrast, for noise, and for an even ball', () => {
    const inverse = volume((...at) => 250 - pattern(...at))
    expect(fitQuality(head, inverse, IDENTITY).correlation).toBeCloseTo(-1, 5)
    expect(
      fitQuality(
        head,
        volume(() => 100),
        IDENTITY
      ).correlation
    ).toBeLessThan(0.2)
    let seed = 1
    const noise = volume(() => (seed = (seed * 16807) % 2147483647) / 2147483647)
    expect(Math.abs(fitQuality(head, noise, IDENTITY).correlation)).toBeLessThan(0.1)
  })

  it('says how much of the brain the scan shows', () => {
    const geometry = { ...head.geometry, size: [24, 24, 12] as Triple }
    const half: Volume = { geometry, voxels: head.voxels.slice(0, 24 * 24 * 12) }
    expect(fitQuality(head, half, IDENTITY).coverage).toBeCloseTo(0.5, 2)
  })
})
