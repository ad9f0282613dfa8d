import { describe, expect, it } from 'vitest'
import type { Triple } from '../../../../src/shared/geometry'
import { decileDistance, intensityShape } from '../../../../src/core/training-set/intensity-shape'
import { createRandom } from '../../../../src/core/training/random'
import { normaliseIntensities } from '../../../../src/core/volume/preprocess'

const SIZE: Triple = [20, 20, 20]

function shapeOf(voxel: (n: number) => number) {
  const voxels = Float32Array.from({ length: 8000 }, (_, n) => voxel(n))
  return intensityShape(normaliseIntensities(voxels, [0.5, 99.5]), SIZE)
}

const noise = Array.from({ length: 8000 }, createRandom(3).gaussian)

describe('the shape of intensities', () => {
  it('does not depend on their scale and offset', () => {
    const [a, b] = [shapeOf((n) => noise[n]!), shapeOf((n) => 4000 + 700 * noise[n]!)]
    expect(b.skewness).toBeCloseTo(a.skewness, 3)
    expect(b.noise).toBeCloseTo(a.noise, 3)
    expect(decileDistance(a.deciles, b.deciles)).toBeCloseTo(0, 3)
  })

  it('of normal noise is that of the normal distribution', () => {
    const { skewness, deciles, noise: rough } = shapeOf((n) => noise[n]!)
    expect(Math.abs(skewness)).toBeLessThan(0.1)
    expect(deciles[4]).toBeCloseTo(0, 1)
    expect(deciles[8]).toBeCloseTo(1.28, 1)
    // The median of |x − mean of six neighbours|, which has a variance of 7/6.
    expect(rough).toBeCloseTo(0.6745 * Math.sqrt(7 / 6), 1)
  })

  it('tells a lean, and smoothness', () => {
    expect(shapeOf((n) => Math.exp(noise[n]!)).skewness).toBeGreaterThan(1)
    expect(shapeOf((n) => n % 20).noise).toBeCloseTo(0, 5)
  })
})
