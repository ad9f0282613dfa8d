import { describe, expect, it } from 'vitest'
import { trainingLabels } from '../../../../src/core/training-set/crop-labels'
import { maskSides } from '../../../../src/core/training-set/mask-sides'
import { grid } from '../../../fixtures/geometries'
import { labelledHead, MIDDLES } from '../../../fixtures/labelled-head'

const HEAD = grid({ size: [50, 60, 50], spacing: [2, 2, 2], first: [-49, -77, -59] })
const CROP = grid({ size: [10, 20, 10], spacing: [1, 2, 1], first: [3, -5, 8] })

describe('the hippocampi of a mask', () => {
  it('are one a side in a head, each where it lies', () => {
    const { mask } = labelledHead(HEAD)
    const sides = maskSides(mask)
    expect(sides.map(({ side, mask: kind }) => [side, kind])).toEqual([
      ['left', 'parts'],
      ['right', 'parts']
    ])
    for (const { side, centre, anterior, posterior, volumesMm3, spanMm } of sides) {
      centre.forEach((value, axis) => expect(value).toBeCloseTo(MIDDLES[side!][axis]!, 0))
      expect(anterior![1]).toBeLessThan(posterior![1])
      // Of an ellipsoid with half axes of 6, 18 and 6 mm.
      expect(volumesMm3.whole).toBeGreaterThan(0.9 * (4 / 3) * Math.PI * 6 * 18 * 6)
      expect(volumesMm3.whole).toBeLessThan(1.1 * (4 / 3) * Math.PI * 6 * 18 * 6)
      expect(volumesMm3.anterior + volumesMm3.posterior).toBe(volumesMm3.whole)
      expect(spanMm).toBe(36)
    }
  })

  it('is one of no known side in a crop', () => {
    const voxels = new Uint8Array(2000)
    voxels[0] = 1
    voxels[10 * 3] = 2
    const [one, ...more] = maskSides({ geometry: CROP, voxels })
    expect(more).toEqual([])
    expect(one).toMatchObject({
      side: null,
      mask: 'parts',
      volumesMm3: { anterior: 2, posterior: 2, whole: 4 },
      spanMm: 8,
      extent: { low: [0, 0, 0], high: [0, 3, 0] },
      anterior: [-3, 5, 8],
      posterior: [-3, -1, 8],
      centre: [-3, 2, 8]
    })
  })

  it('is the whole alone where there is one label, and nothing where there is none', () => {
    const voxels = new Uint8Array(2000)
    expect(maskSides({ geometry: CROP, voxels })).toEqual([])
    voxels[7] = 2
    expect(maskSides({ geometry: CROP, voxels })).toMatchObject([
      { mask: 'whole', anterior: null, volumesMm3: { anterior: 0, whole: 2 } }
    ])
  })

  it('may be of different kinds on the two sides', () => {
    const { mask } = labelledHead(HEAD)
    const voxels = mask.voxels.map((label) => (label === 4 ? 3 : label))
    const kinds = maskSides({ geometry: HEAD, voxels }).map((one) => one.mask)
    expect(kinds).toEqual(['parts', 'whole'])
  })
})

describe('the labels that are trained on', () => {
  const voxels = Uint8Array.of(0, 1, 2, 3, 4)

  it('are the parts of one side, the other being background', () => {
    expect([...trainingLabels(voxels, 'left', 'parts')]).toEqual([0, 1, 2, 0, 0])
    expect([...trainingLabels(voxels, 'right', 'parts')]).toEqual([0, 0, 0, 1, 2])
    expect([...trainingLabels(voxels, null, 'parts')]).toEqual([0, 1, 2, 0, 0])
  })

  it('are 3 everywhere where the parts are not known', () => {
    expect([...trainingLabels(voxels, 'right', 'whole')]).toEqual([0, 0, 0, 3, 3])
    expect([...trainingLabels(voxels, null, 'whole')]).toEqual([0, 3, 3, 0, 0])
  })
})
