import { describe, expect, it } from 'vitest'
import { indexToPhysical } from '../../../../src/core/volume/geometry'
import { handedness, mirrored, mirroredGeometry } from '../../../../src/core/volume/handedness'
import { scoresToSource, toCanonical } from '../../../../src/core/volume/resample'
import { grid } from '../../../fixtures/geometries'
import { waves } from '../../../fixtures/cpu-backend'

describe('handedness', () => {
  it('is the moment about the middle from left to right, hand-worked', () => {
    // Twice the places from the middle: −2, 0, 2.
    expect(handedness(Float32Array.of(1, 5, 4), [3, 1, 1])).toBe(2 * (4 - 1))
    // −3, −1, 1, 3, in two rows.
    const rows = Float32Array.of(0, 0, 0, 1, 7, 0, 2, 0)
    expect(handedness(rows, [4, 2, 1])).toBe(3 * 1 + 3 * (0 - 7) + (2 - 0))
  })

  it.each([5, 6])('is exactly the negative of that of the mirror image, %i voxels wide', (nx) => {
    const size = [nx, 4, 3] as const
    const image = waves(nx * 12, 7)
    const other = image.map((_, n) => image[n - (n % nx) + nx - 1 - (n % nx)]!)
    expect(handedness(other, size)).toBe(-handedness(image, size))
    expect(handedness(image, size)).not.toBe(0)
  })
})

describe('mirrored', () => {
  it.each(['RAS', 'LIA', 'LAS'])('keeps every voxel of a %s image in its place', (codes) => {
    const geometry = grid({ size: [4, 5, 6], codes })
    const voxels = waves(120, 3)
    const seen = toCanonical({ geometry, voxels }, [1, 1, 1])
    const turned = mirrored(seen)
    const [nx] = turned.volume.geometry.size
    expect(turned.volume.geometry.direction[0]).toBeCloseTo(1, 9)
    expect(indexToPhysical(turned.volume.geometry, [0, 2, 3])).toEqual(
      indexToPhysical(seen.volume.geometry, [nx - 1, 2, 3])
    )
    expect(turned.volume.voxels[0]).toBe(seen.volume.voxels[nx - 1])
    expect(turned.mapping.exact).not.toBeNull()
    expect([...scoresToSource(turned.volume.voxels, 1, turned.mapping)]).toEqual([...voxels])
  })

  it('finds the way back of an anisotropic, oblique image as well', () => {
    const geometry = grid({ size: [8, 9, 10], spacing: [1, 1.4, 0.8], codes: 'LIA' })
    const voxels = Float32Array.from({ length: 720 }, (_, n) => (n % 8) + 2 * Math.floor(n / 72))
    const seen = toCanonical({ geometry, voxels }, [1, 1, 1])
    const turned = mirrored(seen)
    expect(turned.mapping.exact).toBeNull()
    const [there, back] = [seen, turned].map(({ volume, mapping }) =>
      scoresToSource(volume.voxels, 1, mapping)
    )
    const differences = there!.map((value, n) => Math.abs(value - back![n]!))
    expect(Math.max(...differences)).toBeLessThan(1e-4)
  })

  it('turned twice is what it was', () => {
    const geometry = grid({ size: [4, 5, 6], codes: 'RAS' })
    expect(mirroredGeometry(mirroredGeometry(geometry))).toEqual(geometry)
  })
})
