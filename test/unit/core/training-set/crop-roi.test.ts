import { describe, expect, it } from 'vitest'
import type { Geometry, Triple } from '../../../../src/shared/geometry'
import { cropRoi } from '../../../../src/core/training-set/crop-roi'
import { maskSides } from '../../../../src/core/training-set/mask-sides'
import { crop, type Roi } from '../../../../src/core/volume/crop'
import { indexToPhysical, physicalToIndex } from '../../../../src/core/volume/geometry'
import { toCanonical } from '../../../../src/core/volume/resample'
import { grid, rotation } from '../../../fixtures/geometries'
import { labelledHead, MIDDLES } from '../../../fixtures/labelled-head'

/** The first voxel of a grid whose middle lies at 0, -8, -10 mm (RAS). */
function centred(size: Triple, spacing: Triple, codes: string, turn?: number[]): Geometry {
  const options = { size, spacing, codes, ...(turn ? { turn } : {}) }
  const at = grid({ ...options, first: [0, 0, 0] })
  const middle = indexToPhysical(at, size.map((n) => (n - 1) / 2) as Triple)
  // To RAS.
  return grid({ ...options, first: [middle[0], middle[1] - 8, -middle[2] - 10] })
}

/** With how many voxels more than the window a crop may have on the network's grid. */
const GRIDS: [string, Geometry, number][] = [
  ['1 mm, RAS', centred([110, 120, 110], [1, 1, 1], 'RAS'), 2],
  ['1 mm, LAS', centred([110, 120, 110], [1, 1, 1], 'LAS'), 2],
  ['1 mm, stored as LIA', centred([110, 110, 120], [1, 1, 1], 'LIA'), 2],
  ['oblique by 12°', centred([110, 120, 110], [1, 1, 1], 'RAS', rotation('x', 12)), 2],
  // Turned straight, it covers the corners of what it was turned from.
  ['oblique by 30°', centred([120, 130, 120], [1, 1, 1], 'RAS', rotation('x', 30)), 52],
  ['anisotropic, PSR', centred([80, 110, 40], [1.5, 1, 3], 'PSR'), 4]
]

describe.each(GRIDS)('a crop of a head (%s)', (_, geometry, more) => {
  const { image, mask } = labelledHead(geometry)
  const sides = maskSides(mask)

  it('shows the window that is looked at in a head', () => {
    for (const { extent, side } of sides) {
      const roi = cropRoi(geometry, extent)
      const part = crop(image, roi)
      const { size } = toCanonical(part, [1, 1, 1]).volume.geometry
      ;[40, 56, 40].forEach((n, axis) => {
        expect(size[axis]).toBeGreaterThanOrEqual(n - 1)
        expect(size[axis]).toBeLessThanOrEqual(n + more)
      })
      // All of the window's places lie in the crop.
      const middle = physicalToIndex(part.geometry, MIDDLES[side!])
      middle.forEach((value, axis) => expect(value).toBeGreaterThan(part.geometry.size[axis]! / 3))
    }
  })

  it('has every voxel at the millimetre where the head has it', () => {
    for (const { extent } of sides) {
      const roi = cropRoi(geometry, extent)
      const part = crop(image, roi)
      const own = crop(mask, roi)
      eachCorner(roi, (whole, index) => {
        const [before, after] = [
          indexToPhysical(geometry, whole),
          indexToPhysical(part.geometry, index)
        ]
        after.forEach((value, axis) => expect(value).toBeCloseTo(before[axis]!, 9))
        expect(valueAt(part, index)).toBe(valueAt(image, whole))
        expect(valueAt(own, index)).toBe(valueAt(mask, whole))
      })
    }
  })

  it('holds all of its hippocampus, and nothing of the other', () => {
    for (const { extent, side } of sides) {
      const part = crop(mask, cropRoi(geometry, extent))
      const offset = side === 'left' ? 0 : 2
      const count = (voxels: Uint8Array, labels: number[]): number =>
        voxels.reduce((sum, label) => sum + Number(labels.includes(label)), 0)
      const own = [1 + offset, 2 + offset]
      expect(count(part.voxels, own)).toBe(count(mask.voxels, own))
      expect(count(part.voxels, [3 - offset, 4 - offset])).toBe(0)
    }
  })
})

describe('a crop of a head', () => {
  const geometry = GRIDS[0]![1]

  it('is of the window’s size where the voxels measure 1 mm', () => {
    const { start, end } = cropRoi(geometry, { low: [50, 50, 50], high: [59, 80, 59] })
    ;[40, 56, 40].forEach((n, axis) => {
      // A middle between two voxels takes one more.
      expect([n, n + 1]).toContain(end[axis]! - start[axis]!)
    })
  })

  it('is enlarged where the mask would touch its edge', () => {
    const small = cropRoi(geometry, { low: [50, 40, 50], high: [59, 80, 59] })
    const long = cropRoi(geometry, { low: [50, 25, 50], high: [59, 85, 59] })
    expect(long.end[1] - long.start[1]).toBeGreaterThanOrEqual(56 + 12)
    expect(long.start[1]).toBeLessThan(25)
    expect(long.end[1]).toBeGreaterThan(86)
    expect(small.end[1] - small.start[1]).toBeLessThan(60)
  })

  it('ends where the scan ends', () => {
    const roi = cropRoi(geometry, { low: [0, 0, 0], high: [5, 20, 5] })
    expect(roi.start).toEqual([0, 0, 0])
  })
})

function valueAt(
  { geometry, voxels }: { geometry: Geometry; voxels: ArrayLike<number> },
  [i, j, k]: Triple
): number {
  return voxels[i + geometry.size[0] * (j + geometry.size[1] * k)]!
}

/** The corners of a box and its middle, as indices of the whole grid and of the box. */
function eachCorner({ start, end }: Roi, visit: (whole: Triple, index: Triple) => void): void {
  for (let corner = 0; corner < 9; corner++) {
    const index = start.map((value, axis) => {
      const last = end[axis]! - value - 1
      return corner === 8 ? Math.floor(last / 2) : (corner >> axis) & 1 ? last : 0
    }) as Triple
    visit(index.map((value, axis) => value + start[axis]!) as Triple, index)
  }
}
