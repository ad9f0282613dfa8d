import { describe, expect, it } from 'vitest'
import type { HeadReport } from '../../../../src/shared/head'
import { headOfMask, warningsOf } from '../../../../src/main/workspace/head-of-mask'
import { grid } from '../../../fixtures/geometries'

/** 120 mm an axis: a head. Voxels of 9000 mm³. */
const geometry = grid({ size: [4, 5, 6], spacing: [30, 20, 15], codes: 'RAS' })
const VOXEL = 9000

function mask(...labels: number[]): Uint8Array {
  const voxels = new Uint8Array(120)
  voxels.set(labels)
  return voxels
}

const volumes = (anterior: number, posterior: number) => ({
  anterior: anterior * VOXEL,
  posterior: posterior * VOXEL,
  whole: (anterior + posterior) * VOXEL
})

const segmented: HeadReport = {
  fit: { transform: [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0], correlation: 0.8, coverage: 1 },
  boxes: [{ side: 'left', grid: geometry }],
  volumesMm3: { left: volumes(1, 1), right: volumes(1, 1) },
  intracranialMm3: 1_800_000,
  normalisedPermille: { left: 10, right: 10 },
  asymmetryPercent: 0,
  repeatabilityMm3: null,
  flags: [
    { code: 'edge', side: 'left', message: 'reaches the edge' },
    { code: 'small', side: 'left', message: 'is small' }
  ]
}

describe('what is known of a head whose mask was edited', () => {
  it('has the volumes of the mask, and all that follows from them', () => {
    const head = headOfMask({ geometry, voxels: mask(1, 2, 2, 3) }, segmented)!
    expect(head.volumesMm3).toEqual({ left: volumes(1, 2), right: volumes(1, 0) })
    expect(head.normalisedPermille).toEqual({ left: 15, right: 5 })
    expect(head.asymmetryPercent).toBeCloseTo(100)
    expect([head.fit, head.boxes, head.intracranialMm3]).toEqual([
      segmented.fit,
      segmented.boxes,
      segmented.intracranialMm3
    ])
  })

  it('keeps flags of the run, and flags volumes anew', () => {
    const { flags } = headOfMask({ geometry, voxels: mask(1, 2, 2, 3) }, segmented)!
    expect(flags.map(({ code, side }) => [code, side])).toEqual([
      ['edge', 'left'],
      ['large', 'left'],
      ['large', 'right'],
      ['asymmetry', null]
    ])
  })

  it('says so where a side is gone, and knows no side that was not asked for', () => {
    const gone = headOfMask({ geometry, voxels: mask(3, 4) }, segmented)!
    expect(gone.flags.map(({ code, side }) => [code, side])).toContainEqual(['empty', 'left'])
    const one = { ...segmented, volumesMm3: { left: null, right: volumes(1, 1) } }
    const still = headOfMask({ geometry, voxels: mask(3, 4) }, one)!
    expect(still.volumesMm3.left).toBeNull()
    expect(still.asymmetryPercent).toBeNull()
    expect(headOfMask({ geometry, voxels: mask(1, 3, 4) }, one)!.volumesMm3.left).toEqual(
      volumes(1, 0)
    )
  })

  it('is there for a mask that was drawn in a head, and not for a crop', () => {
    const drawn = headOfMask({ geometry, voxels: mask(1, 4) }, null)!
    expect(drawn).toMatchObject({
      fit: null,
      boxes: [],
      volumesMm3: { left: volumes(1, 0), right: volumes(0, 1) },
      normalisedPermille: { left: null, right: null },
      flags: []
    })
    const crop = grid({ size: [4, 5, 6], spacing: [1, 1, 1], codes: 'RAS' })
    expect(headOfMask({ geometry: crop, voxels: mask(1, 2) }, null)).toBeNull()
  })

  it('warns of what is flagged now, and no more of what was', () => {
    const after = headOfMask({ geometry, voxels: mask(1, 2, 3, 4) }, segmented)
    const warnings = ['reaches the edge', 'is small', 'no GPU']
    expect(warningsOf(warnings, segmented, after)).toEqual([
      'no GPU',
      'reaches the edge',
      'the left hippocampus has 18000 mm³, unusually much; check the mask',
      'the right hippocampus has 18000 mm³, unusually much; check the mask'
    ])
  })
})
