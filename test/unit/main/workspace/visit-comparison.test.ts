import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import type { HeadReport } from '../../../../src/shared/head'
import { transformPoint } from '../../../../src/core/volume/affine'
import { STANDARD_ERROR_PERCENT } from '../../../../src/core/metrics/standard-error'
import { setSide, setVisit } from '../../../../src/main/workspace/cases'
import { writeResultRecord, type ResultRecord } from '../../../../src/main/workspace/result-record'
import { compareVisits } from '../../../../src/main/workspace/visit-comparison'
import { failureOf } from '../../../fixtures/failure'
import { niftiBytes } from '../../../fixtures/nifti-bytes'
import { temporaryFolder } from '../../../fixtures/temporary-folder'

const files = temporaryFolder()
const PAIR = { from: '01_ses-1', to: '01_ses-2' }
const NEWEST = { from: null, to: null }
let root: string
let count = 0

beforeEach(() => {
  root = files.file(`dataset${count++}`)
  for (const session of ['1', '2']) {
    const scan = join(root, `sub-01/ses-${session}/anat/sub-01_ses-${session}_T1w.nii`)
    mkdirSync(dirname(scan), { recursive: true })
    writeFileSync(scan, niftiBytes())
  }
  writeFileSync(join(root, 'dataset_description.json'), '{"Name":"visits"}')
})

const parts = (whole: number) => ({ anterior: whole / 2, posterior: whole / 2, whole })

function head(left: number, right: number | null, changes: Partial<HeadReport> = {}): HeadReport {
  const grid = {
    size: [3, 3, 3],
    spacing: [1, 1, 1],
    origin: [9, 19, 29],
    direction: [1, 0, 0, 0, 1, 0, 0, 0, 1]
  } as HeadReport['boxes'][0]['grid']
  return {
    fit: { transform: [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0], correlation: 0.9, coverage: 1 },
    boxes: [{ side: 'left', grid }],
    volumesMm3: { left: parts(left), right: right === null ? null : parts(right) },
    intracranialMm3: null,
    normalisedPermille: { left: null, right: null },
    asymmetryPercent: null,
    repeatabilityMm3: null,
    flags: [],
    ...changes
  }
}

async function result(
  caseId: string,
  report: HeadReport | null,
  changes: Partial<ResultRecord> = {},
  id = 'snnT4'
): Promise<void> {
  await writeResultRecord(root, caseId, id, {
    name: 'SNN',
    kind: 'model',
    model: 'snn',
    stage: 'fine-tuned',
    timesteps: 4,
    createdAt: '2026-01-01',
    volumesMm3: parts(3000),
    head: report,
    confidence: 0.9,
    cost: null,
    warnings: [],
    versions: [{ version: 1, savedAt: '', by: 'snn', how: '', changedVoxels: null }],
    approved: null,
    ...changes
  })
}

describe('compareVisits', () => {
  it('tells changes against the repeatability of both, and by the year', async () => {
    const dates = ['2020-01-01', '2021-12-31']
    for (const [n, id] of [PAIR.from, PAIR.to].entries()) {
      await setVisit(root, id, { subject: 'a', label: null, date: dates[n]! })
    }
    await result(PAIR.from, head(3000, null, { repeatabilityMm3: { left: 30, right: null } }))
    await result(PAIR.to, head(2940, null, { repeatabilityMm3: { left: 40, right: null } }))
    const found = await compareVisits(root, PAIR, NEWEST)
    expect(found.days).toBe(730)
    expect(found.changes.map(({ side, structure }) => [side, structure])).toEqual([
      ['left', 'anterior'],
      ['left', 'posterior'],
      ['left', 'whole']
    ])
    const whole = found.changes[2]!
    expect(whole).toMatchObject({ before: 3000, after: 2940, interval: 50, isWithinError: false })
    expect(whole).toMatchObject({ basis: 'repeatability', percent: -2 })
    expect(whole.percentPerYear).toBeCloseTo(-1, 2)
    expect(found.warnings).toEqual([])
  })

  it('takes the standard error where the repeatability was not told', async () => {
    await result(PAIR.from, head(3000, 3000))
    await result(PAIR.to, head(3001, 1000))
    const { changes, days } = await compareVisits(root, PAIR, NEWEST)
    const wholes = changes.filter(({ structure }) => structure === 'whole')
    expect(wholes.map(({ basis }) => basis)).toEqual(['standard', 'standard'])
    const each = (STANDARD_ERROR_PERCENT.whole / 100) * 3000
    expect(wholes[0]!.interval).toBeCloseTo(Math.SQRT2 * each, -1)
    expect(wholes.map(({ isWithinError }) => isWithinError)).toEqual([true, false])
    expect(wholes.map(({ percentPerYear }) => percentPerYear)).toEqual([null, null])
    expect(days).toBeNull()
  })

  it('links places by how both heads were registered, turned and moved without scaling', async () => {
    // The second head is turned by 90° about the top, moved, and (wrongly) a tenth larger.
    const transform = [0, -1.1, 0, 5, 1.1, 0, 0, -3, 0, 0, 1.1, 7]
    await result(PAIR.from, head(3000, 3000))
    await result(PAIR.to, head(3000, 3000, { fit: { transform, correlation: 0.9, coverage: 1 } }))
    const { link, linkedBy } = await compareVisits(root, PAIR, NEWEST)
    expect(linkedBy).toBe('template')
    const middle = transformPoint(link, [10, 20, 30])
    transformPoint(transform, [10, 20, 30]).forEach((value, axis) => {
      expect(middle[axis]).toBeCloseTo(value, 6)
    })
    const aside = transformPoint(link, [11, 20, 30])
    expect(Math.hypot(...aside.map((value, axis) => value - middle[axis]!))).toBeCloseTo(1, 6)
    expect(aside[1]! - middle[1]!).toBeCloseTo(1, 6)
  })

  it('compares masks of one model where there are such, and warns where there are not', async () => {
    await result(PAIR.from, head(3000, 3000))
    await result(PAIR.to, head(2900, 3000))
    const other = { model: 'ann', name: 'ANN', timesteps: null, createdAt: '2026-02-01' }
    await result(PAIR.to, head(9, 9), other, 'ann')
    const chosen = await compareVisits(root, PAIR, NEWEST)
    expect(chosen.to.resultId).toBe('snnT4')
    expect(chosen.warnings).toEqual([])
    const forced = await compareVisits(root, PAIR, { from: null, to: 'ann' })
    expect(forced.to.resultId).toBe('ann')
    expect(forced.warnings.join()).toContain('same model')
  })

  it('compares crops of one side alone, linked by the scanner', async () => {
    await result(PAIR.from, null)
    await result(PAIR.to, null, { volumesMm3: parts(2000) })
    const { changes, linkedBy } = await compareVisits(root, PAIR, NEWEST)
    expect(changes.map(({ side }) => side)).toEqual([null, null, null])
    expect(linkedBy).toBe('scanner')
    await setSide(root, PAIR.from, 'left')
    await setSide(root, PAIR.to, 'right')
    const crossed = await compareVisits(root, PAIR, NEWEST)
    expect(crossed.changes).toEqual([])
    expect(crossed.warnings.join()).toContain('left')
  })

  it('says what is missing', async () => {
    await result(PAIR.from, head(1, 1))
    const { changes, warnings } = await compareVisits(root, PAIR, NEWEST)
    expect(changes).toEqual([])
    expect(warnings).toEqual(['01_ses-2 has no mask yet: segment it to compare volumes'])
    const same = { from: PAIR.from, to: PAIR.from }
    expect(await failureOf(() => compareVisits(root, same, NEWEST))).toMatchObject({
      kind: 'usage'
    })
    const unknown = { from: null, to: 'none' }
    expect(await failureOf(() => compareVisits(root, PAIR, unknown))).toMatchObject({
      kind: 'input'
    })
  })
})
