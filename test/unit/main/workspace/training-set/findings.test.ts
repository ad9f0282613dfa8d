import { describe, expect, it } from 'vitest'
import type { CaseFacts } from '../../../../../src/shared/training-set'
import { maskSides } from '../../../../../src/core/training-set/mask-sides'
import { factFindings } from '../../../../../src/main/workspace/training-set/mask-findings'
import { outlierFindings } from '../../../../../src/main/workspace/training-set/outliers'
import { readStatistics } from '../../../../../src/main/workspace/training-set/statistics'
import { subjectOfCase } from '../../../../../src/main/workspace/training-set/subjects'
import { twinFindings } from '../../../../../src/main/workspace/training-set/twins'
import type { Case } from '../../../../../src/main/workspace/case-record'
import { grid } from '../../../../fixtures/geometries'
import { labelledHead, MIDDLES } from '../../../../fixtures/labelled-head'

const HEAD = grid({ size: [50, 60, 50], spacing: [2, 2, 2], first: [-49, -77, -59] })
const { mask } = labelledHead(HEAD)
const statistics = await readStatistics('resources')
const usual = {
  skewness: statistics.intensity.skewness.middle,
  noise: statistics.intensity.noise.middle,
  deciles: statistics.intensity.deciles
}

/** @param table from the head's labels to those of the mask */
function facts(table: readonly number[], changes: Partial<CaseFacts> = {}): CaseFacts {
  const voxels = mask.voxels.map((label) => table[label]!)
  const sides = maskSides({ geometry: HEAD, voxels }).map(({ extent: _, ...side }) => ({
    ...side,
    intensity: usual
  }))
  const hashes = { imageSha256: 'i', maskSha256: 'm', foregroundSha256: 'f' }
  return { ...hashes, grid: null, strangeLabels: [], sides, ...changes }
}

function kinds(found: CaseFacts, boxes: Parameters<typeof factFindings>[2] = []): string[] {
  return factFindings(found, HEAD, boxes).map(({ level, kind }) => `${level} ${kind}`)
}

/** Boxes where the hippocampi lie. */
const boxes = (['left', 'right'] as const).map((side) => {
  const [x, y, z] = MIDDLES[side]
  // The middle of three voxels of 1 mm; RAS.
  return { side, grid: grid({ size: [3, 3, 3], first: [-x - 1, -y - 1, z - 1] }) }
})

describe('what a look at a mask finds', () => {
  it('is nothing where all is well', () => {
    expect(kinds(facts([0, 1, 2, 3, 4]))).toEqual([])
    expect(kinds(facts([0, 1, 2, 3, 4]), boxes)).toEqual([])
    expect(kinds(facts([0, 1, 2, 0, 0]), boxes)).toEqual([])
  })

  it.each([
    ['an empty mask', facts([0, 0, 0, 0, 0]), ['error empty-mask']],
    ['another grid', facts([0, 1, 2, 3, 4], { grid: 'is elsewhere' }), ['error shape']],
    ['labels of no table', facts([0, 1, 2, 3, 4], { strangeLabels: [9] }), ['error labels']],
    ['a whole hippocampus', facts([0, 1, 1, 3, 3]), ['warning labels']],
    ['parts on one side alone', facts([0, 1, 2, 3, 3]), ['error labels']],
    ['parts that are changed', facts([0, 2, 1, 3, 4]), ['error labels']],
    ['sides that are changed', facts([0, 3, 4, 1, 2]), ['error side']]
  ])('is %s', (_, found, expected) => {
    expect(kinds(found)).toEqual(expected)
  })

  it('is a lone side that lies on the other', () => {
    // The left one's labels on the right.
    const found = facts([0, 0, 0, 1, 2])
    expect(kinds(found, boxes)).toEqual(['error side'])
    expect(kinds(found)).toEqual(['warning side'])
  })

  it('is what was drawn far away', () => {
    const found = facts([0, 1, 2, 3, 4])
    found.sides[0]!.spanMm = 95
    expect(kinds(found)).toEqual(['error shape'])
  })
})

describe('what stands out', () => {
  const outliers = (change: (side: CaseFacts['sides'][number]) => void): string[] => {
    const found = facts([0, 1, 2, 0, 0])
    // The made-up hippocampus is as large as a real one.
    found.sides[0]!.volumesMm3.whole = statistics.volumeMm3.middle
    change(found.sides[0]!)
    return outlierFindings(found, statistics).map(({ kind, message }) => `${kind}: ${message}`)
  }

  it('is nothing of a case like those that the models know', () => {
    expect(outliers(() => undefined)).toEqual([])
  })

  it.each([
    ['noise', (side) => (side.intensity = { ...usual, noise: 0.5 }), 'noisier'],
    ['blur', (side) => (side.intensity = { ...usual, noise: 0.001 }), 'smoother'],
    ['a lean', (side) => (side.intensity = { ...usual, skewness: 2 }), 'lean'],
    [
      'two greys alone',
      (side) => (side.intensity = { ...usual, deciles: usual.deciles.map((z) => Math.sign(z)) }),
      'spread otherwise'
    ],
    ['a small volume', (side) => (side.volumesMm3.whole = 900), '900 mm³'],
    ['a large volume', (side) => (side.volumesMm3.whole = 9000), '9000 mm³']
  ] as [string, (side: CaseFacts['sides'][number]) => void, string][])(
    'is %s',
    (_, change, words) => {
      const found = outliers(change)
      expect(found).toHaveLength(1)
      expect(found[0]).toContain(words)
    }
  )
})

describe('the same image under two names', () => {
  const seen = (caseId: string, changes: Partial<CaseFacts> = {}, table = [0, 1, 2, 3, 4]) => ({
    caseId,
    facts: facts(table, changes)
  })
  const found = (...cases: ReturnType<typeof seen>[]): string[] =>
    [...twinFindings(cases)].map(([id, [one]]) => `${id} ${one!.kind}`)

  it('is a duplicate with the same mask, of which the first stays', () => {
    expect(found(seen('b'), seen('a'), seen('c', { imageSha256: 'other' }))).toEqual([
      'b duplicate'
    ])
  })

  it('is a contradiction with another mask, for both', () => {
    expect(found(seen('a'), seen('b', { maskSha256: 'x', foregroundSha256: 'y' }))).toEqual([
      'a contradiction',
      'b contradiction'
    ])
  })

  it('is no contradiction where one mask knows the whole alone, and it agrees', () => {
    const whole = [0, 1, 1, 3, 3]
    expect(found(seen('a'), seen('b', { maskSha256: 'x' }, whole))).toEqual(['b duplicate'])
    const other = seen('b', { maskSha256: 'x', foregroundSha256: 'y' }, whole)
    expect(found(seen('a'), other)).toEqual(['a contradiction', 'b contradiction'])
  })
})

describe('the subject of a case', () => {
  const subject = (id: string, name: string, visit: string | null = null): string => {
    const said = visit === null ? null : { subject: visit, label: null, date: null }
    return subjectOfCase({ id, record: { name, visit: said } as unknown as Case['record'] })
  }

  it.each([
    ['01', 'sub-01_ses-2_run-1_T1w.nii.gz', '01'],
    ['p7left', 'p7_left.nii.gz', 'p7'],
    ['p7rightT1', 'p7_right_T1w.nii', 'p7'],
    ['ada', 'ada_visit-2_R.mgz', 'ada'],
    ['hippocampus001', 'hippocampus_001.nii.gz', 'hippocampus001'],
    ['left', 'left.nii.gz', 'left'],
    ['case01', 'case01', 'case01'],
    ['07_ses-2', 'scan.nii.gz', '07']
  ])('of %s (%s) is %s', (id, name, expected) => {
    expect(subject(id, name)).toBe(expected)
  })

  it('is as the user has said', () => {
    expect(subject('p7left', 'p7_left.nii.gz', 'Bob')).toBe('bob')
  })
})
