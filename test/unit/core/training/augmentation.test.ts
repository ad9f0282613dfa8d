import { describe, expect, it } from 'vitest'
import {
  augmentedSample,
  AUGMENTATION_DEFAULTS,
  type AugmentationOptions,
  type TrainingCase
} from '../../../../src/core/training/augmentation'
import { createRandom } from '../../../../src/core/training/random'
import { normaliseIntensities, padToMultiple } from '../../../../src/core/volume/preprocess'
import { maxDifference, waves } from '../../../fixtures/cpu-backend'

type Size = [number, number, number]

function caseOf(size: Size): TrainingCase {
  const [nx, ny, nz] = size
  const count = nx * ny * nz
  const labels = Uint8Array.from({ length: count }, (_, n) => {
    const [x, y] = [n % nx, Math.floor(n / nx) % ny]
    return x < nx / 3 || y < 1 ? 0 : x < (2 * nx) / 3 ? 1 : 2
  })
  const image = normaliseIntensities(waves(count, 5, 10), [0, 100])
  return { id: 'case', size, image, labels }
}

/** Nothing is drawn but what is asked for. */
const OFF: AugmentationOptions = {
  ...AUGMENTATION_DEFAULTS,
  flip: 0,
  affine: 0,
  shiftVoxels: 0,
  elastic: 0,
  gamma: 0,
  contrast: 0,
  biasField: 0,
  blur: 0,
  noise: 0,
  coarse: 0
}

const sample = (
  source: TrainingCase,
  target: Size,
  seed: number,
  options: AugmentationOptions | null
) => augmentedSample(source, target, createRandom(seed), options)

describe('augmentedSample', () => {
  it('is the case itself without augmentation', () => {
    const source = caseOf([6, 5, 7])
    const { image, labels } = sample(source, [6, 5, 7], 1, null)
    expect([...image]).toEqual([...source.image])
    expect([...labels]).toEqual([...source.labels])
  })

  it.each([[[6, 5, 7]], [[8, 8, 8]], [[7, 3, 2]]] as [Size][])(
    'lies in a larger sample where the padding at inference puts it, zeros around: %j',
    (size) => {
      const source = caseOf(size)
      const padded = padToMultiple(source.image, size, 8)
      const { image, labels } = sample(source, [8, 8, 8], 1, null)
      expect([...image]).toEqual([...padded.voxels])
      const ones = padToMultiple(new Float32Array(source.image.length).fill(1), size, 8).voxels
      expect(labels.every((label, n) => label === 0 || ones[n] === 1)).toBe(true)
      expect(labels.filter((label) => label === 2).length).toBe(
        source.labels.filter((label) => label === 2).length
      )
    }
  )

  it('shows the middle of a larger case', () => {
    const source = caseOf([8, 8, 8])
    const { image } = sample(source, [4, 4, 4], 1, null)
    expect(image[0]).toBe(source.image[2 + 8 * (2 + 8 * 2)])
    expect(image[63]).toBe(source.image[5 + 8 * (5 + 8 * 5)])
  })

  it('is the case itself where every probability and the shift are 0', () => {
    const source = caseOf([6, 5, 7])
    const { image, labels } = sample(source, [6, 5, 7], 1, OFF)
    expect(maxDifference(image, source.image)).toBeLessThan(1e-5)
    expect([...labels]).toEqual([...source.labels])
  })

  it('flips left and right exactly', () => {
    const source = caseOf([6, 5, 7])
    const { image, labels } = sample(source, [6, 5, 7], 1, { ...OFF, flip: 1 })
    const mirrored = (n: number): number => n - (n % 6) + 5 - (n % 6)
    const expected = source.image.map((_, n) => source.image[mirrored(n)]!)
    expect(maxDifference(image, expected)).toBeLessThan(1e-5)
    expect([...labels]).toEqual([...source.labels.map((_, n) => source.labels[mirrored(n)]!)])
  })

  it('repeats with the seed and differs without it', () => {
    const source = caseOf([10, 12, 9])
    const [a, b, c] = [1, 1, 2].map((seed) =>
      sample(source, [16, 16, 16], seed, AUGMENTATION_DEFAULTS)
    )
    expect([...a!.image]).toEqual([...b!.image])
    expect([...a!.labels]).toEqual([...b!.labels])
    expect(maxDifference(a!.image, c!.image)).toBeGreaterThan(0.1)
  })

  it('leaves the case it is given as it is', () => {
    const [source, untouched] = [caseOf([8, 8, 8]), caseOf([8, 8, 8])]
    for (let seed = 0; seed < 10; seed++) sample(source, [8, 8, 8], seed, AUGMENTATION_DEFAULTS)
    expect(source).toEqual(untouched)
  })

  it('keeps to the labels of the case and to finite numbers, whatever is drawn', () => {
    const source = caseOf([10, 12, 9])
    const all = {
      ...AUGMENTATION_DEFAULTS,
      flip: 0.5,
      affine: 1,
      elastic: 1,
      gamma: 1,
      contrast: 1,
      biasField: 1,
      blur: 1,
      noise: 1
    }
    const seen = new Set<number>()
    for (let seed = 0; seed < 40; seed++) {
      const { image, labels } = sample(source, [16, 16, 8], seed, all)
      expect(image).toHaveLength(2048)
      expect(image.every(Number.isFinite)).toBe(true)
      for (const label of labels) seen.add(label)
    }
    expect([...seen].sort()).toEqual([0, 1, 2])
  })

  it('is 0 and background outside the case, however it is turned and shifted', () => {
    const source = { ...caseOf([4, 4, 4]), labels: new Uint8Array(64).fill(1) }
    const options = { ...OFF, affine: 1, flip: 0.5, shiftVoxels: 2, elastic: 1 }
    for (let seed = 0; seed < 20; seed++) {
      const { image, labels } = sample(source, [24, 24, 24], seed, options)
      for (const corner of [0, 23, 24 * 23, 24 ** 3 - 1]) {
        expect(image[corner]).toBe(0)
        expect(labels[corner]).toBe(0)
      }
      // A case of 64 voxels, at most 1.18³ times as large, its edges softened by interpolation.
      expect(image.filter((value) => value !== 0).length).toBeLessThan(8 ** 3)
      expect(labels.filter((label) => label === 1).length).toBeGreaterThan(20)
    }
  })

  it.each([
    ['a rotation and a scaling', { affine: 1 }],
    ['a shift', { shiftVoxels: 3 }],
    ['an elastic deformation', { elastic: 1 }]
  ] as [string, Partial<AugmentationOptions>][])(
    'moves image and labels together: %s',
    (_, part) => {
      // Image and label are the same ball: they must stay so to within half a voxel of its surface.
      const size: Size = [16, 16, 16]
      const inside = (n: number): boolean => {
        const [x, y, z] = [n % 16, Math.floor(n / 16) % 16, Math.floor(n / 256)]
        return (x - 6) ** 2 + (y - 8) ** 2 + (z - 9) ** 2 < 16
      }
      const labels = Uint8Array.from({ length: 4096 }, (__, n) => Number(inside(n)))
      const image = normaliseIntensities(Float32Array.from(labels), [0, 100])
      const [low, high] = [Math.min(...image), Math.max(...image)]
      const source: TrainingCase = { id: 'ball', size, image, labels }
      let moved = 0
      for (let seed = 0; seed < 10; seed++) {
        const drawn = sample(source, size, seed, { ...OFF, ...part })
        drawn.labels.forEach((label, n) => {
          // Where the sample reaches beyond the case, the image is 0 and no intensity of the ball.
          const share = (drawn.image[n]! - low) / (high - low)
          if (label === 1) expect(share).toBeGreaterThan(0.49)
          if (label !== labels[n]) moved++
        })
        expect(drawn.labels.filter((label) => label === 1).length).toBeGreaterThan(100)
      }
      expect(moved).toBeGreaterThan(20)
    }
  )

  it.each([
    ['gamma', { gamma: 1 }],
    ['a bias field', { biasField: 1 }],
    ['blur', { blur: 1 }]
  ] as [string, Partial<AugmentationOptions>][])('z-scores again after %s', (_, part) => {
    const source = caseOf([8, 8, 8])
    const { image, labels } = sample(source, [8, 8, 8], 3, { ...OFF, ...part })
    const mean = image.reduce((sum, x) => sum + x, 0) / image.length
    const variance = image.reduce((sum, x) => sum + (x - mean) ** 2, 0) / image.length
    expect(mean).toBeCloseTo(0, 4)
    expect(variance).toBeCloseTo(1, 4)
    expect(maxDifference(image, source.image)).toBeGreaterThan(0.01)
    expect([...labels]).toEqual([...source.labels])
  })

  it('adds noise of at most the deviation it is told', () => {
    const source = caseOf([16, 16, 16])
    const deviations = Array.from({ length: 20 }, (_, seed) => {
      const { image } = sample(source, [16, 16, 16], seed, {
        ...OFF,
        noise: 1,
        noiseDeviation: 0.2
      })
      return Math.sqrt(image.reduce((sum, x, n) => sum + (x - source.image[n]!) ** 2, 0) / 4096)
    })
    expect(Math.max(...deviations)).toBeLessThan(0.21)
    expect(Math.max(...deviations)).toBeGreaterThan(0.1)
  })

  it('adds no noise to the padding, which at inference has none', () => {
    const source = caseOf([4, 4, 4])
    const shown = padToMultiple(new Float32Array(64).fill(1), source.size, 8).voxels
    const options = { ...OFF, noise: 1, noiseDeviation: 5 }
    for (let seed = 0; seed < 10; seed++) {
      const { image } = sample(source, [8, 8, 8], seed, options)
      expect(image.every((value, n) => (value !== 0) === (shown[n] === 1))).toBe(true)
    }
  })

  it('shows thick slices: steps between their centres, the mean and deviation of the case', () => {
    const source = caseOf([16, 16, 16])
    const thick = { ...OFF, coarse: 1 }
    for (let seed = 0; seed < 8; seed++) {
      const { image, clean, labels } = sample(source, [16, 16, 16], seed, thick)
      expect(maxDifference(clean, source.image)).toBeLessThan(1e-5)
      expect([...labels]).toEqual([...source.labels])
      expect(maxDifference(image, clean)).toBeGreaterThan(0.1)
      const [shown, before] = [image, clean].map((voxels) => moments(voxels))
      expect(shown!.mean).toBeCloseTo(before!.mean, 3)
      expect(shown!.deviation).toBeCloseTo(before!.deviation, 3)
    }
  })

  it('averages over slabs and interpolates linearly between them', () => {
    // Bright where x is 8 or more: however thick the slices, what is far from the step stays as it was.
    const source = caseOf([16, 8, 8])
    source.image = source.image.map((_, n) => (n % 16 < 8 ? -1 : 1))
    let blurredSteps = 0
    for (let seed = 0; seed < 20; seed++) {
      const { image } = sample(source, [16, 8, 8], seed, { ...OFF, coarse: 1, coarsestVoxels: 3 })
      const row = image.slice(0, 16)
      for (let x = 1; x < 16; x++) expect(row[x]!).toBeGreaterThan(row[x - 1]! - 1e-5)
      expect(row[0]!).toBeCloseTo(row[3]!, 4)
      expect(row[15]!).toBeCloseTo(row[12]!, 4)
      if (row.some((value) => Math.abs(value) < 0.6)) blurredSteps++
    }
    // Along x in a third of the samples with thick slices, and in all that are coarse along every axis.
    expect(blurredSteps).toBeGreaterThan(4)
    expect(blurredSteps).toBeLessThan(18)
  })

  it('keeps what lies outside the case at 0 in a coarse sample', () => {
    const source = caseOf([6, 6, 6])
    for (let seed = 0; seed < 6; seed++) {
      const { image } = sample(source, [16, 16, 16], seed, { ...OFF, coarse: 1 })
      expect(image[0]).toBe(0)
      expect(image[4 + 16 * (8 + 16 * 8)]).toBe(0)
    }
  })
})

function moments(voxels: Float32Array): { mean: number; deviation: number } {
  const mean = voxels.reduce((sum, value) => sum + value, 0) / voxels.length
  const squares = voxels.reduce((sum, value) => sum + (value - mean) ** 2, 0)
  return { mean, deviation: Math.sqrt(squares / voxels.length) }
}
