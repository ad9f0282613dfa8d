import { describe, expect, it } from 'vitest'
import type { HeadReport } from '../../../../src/shared/head'
import { sessionChanges } from '../../../../src/main/batch/group/change'
import type { Segmented } from '../../../../src/main/batch/group/collect'
import { groupPage } from '../../../../src/main/batch/group/page'
import { groupDictionary, groupTsv } from '../../../../src/main/batch/group/table'

function head(left: number, right: number, changes: Partial<HeadReport> = {}): HeadReport {
  const whole = (value: number) => ({
    anterior: value / 4,
    posterior: (3 * value) / 4,
    whole: value
  })
  return {
    fit: { transform: Array<number>(12).fill(0), correlation: 0.87654, coverage: 1 },
    boxes: [],
    volumesMm3: { left: whole(left), right: whole(right) },
    intracranialMm3: 1_500_000.4,
    normalisedPermille: { left: left / 1500, right: right / 1500 },
    asymmetryPercent: (200 * (left - right)) / (left + right),
    repeatabilityMm3: null,
    flags: [],
    ...changes
  }
}

function segmented(
  participant: string,
  session: string | null,
  report: HeadReport | null,
  variant = ''
): Segmented {
  const entities = `sub-${participant}${session === null ? '' : `_ses-${session}`}${variant}`
  return {
    place: { participant, session, entities, folder: '', result: 'snnT4', path: '' },
    record: {
      name: 'a model <T=4>',
      kind: 'model',
      model: 'snn',
      stage: 'finetuned',
      timesteps: 4,
      createdAt: '',
      volumesMm3: { anterior: 1, posterior: 2, whole: 3 },
      head: report,
      confidence: 0.91234,
      cost: null,
      warnings: [],
      versions: [{ version: 1, savedAt: '', by: 'snn', how: '', changedVoxels: null }],
      approved: null
    },
    picture: Buffer.from('PNG')
  }
}

const small = { code: 'small', side: 'left', message: 'the left one is <small>' } as const

describe('groupTsv', () => {
  const rows = groupTsv([
    segmented(
      '01',
      '2',
      head(3000, 2000, { flags: [small, { ...small, code: 'fit', side: null }] })
    ),
    segmented('02', null, null)
  ])
    .trimEnd()
    .split('\n')
    .map((line) => line.split('\t'))
  const columns = rows[0]!
  const of = (row: number): Record<string, string> =>
    Object.fromEntries(columns.map((name, n) => [name, rows[row]![n]!]))

  it('has a row a scan, all of the same columns, each of which the dictionary describes', () => {
    expect(rows.map((row) => row.length)).toEqual(Array(3).fill(columns.length))
    expect(Object.keys(groupDictionary())).toEqual(columns)
  })

  it('has the measures of a head', () => {
    expect(of(1)).toMatchObject({
      participant_id: 'sub-01',
      session_id: 'ses-2',
      scan: 'sub-01_ses-2',
      segmentation: 'snnT4',
      left_anterior_mm3: '750',
      left_posterior_mm3: '2250',
      left_whole_mm3: '3000',
      right_whole_mm3: '2000',
      intracranial_mm3: '1500000',
      left_normalised_permille: '2',
      right_normalised_permille: '1.3333',
      asymmetry_percent: '40',
      confidence: '0.9123',
      fit_correlation: '0.877',
      corrected: 'no',
      flags: 'small:left;fit'
    })
  })

  it('says n/a where there is nothing, and flags a crop', () => {
    expect(of(2)).toMatchObject({ session_id: 'n/a', left_whole_mm3: 'n/a', flags: 'crop' })
  })
})

describe('sessionChanges', () => {
  it('sets every later session against the first, by number, of the same kind of scan', () => {
    const repeatabilityMm3 = { left: 30, right: null }
    const changes = sessionChanges([
      segmented('01', '10', head(2700, 2000, { repeatabilityMm3 })),
      segmented('01', '2', head(3000, 0, { repeatabilityMm3: { left: 40, right: 1 } })),
      segmented('01', '2', head(5000, 5000), '_run-2'),
      segmented('02', null, head(1, 1)),
      segmented('03', '1', head(1, 1))
    ])
    expect(changes).toEqual([
      {
        participant: '01',
        variant: '',
        result: 'snnT4',
        from: '2',
        to: '10',
        left: { before: 3000, after: 2700, percent: -10, interval: 50 },
        right: { before: 0, after: 2000, percent: null, interval: null }
      }
    ])
  })
})

describe('groupPage', () => {
  const all = [
    segmented('01', '1', head(3000, 3000)),
    segmented('01', '2', head(2700, 3010, { flags: [small] }))
  ]
  const failed = [
    { participant: '03', session: null, entities: 'sub-03', message: 'is no <image> & fails' }
  ]
  const page = groupPage({ segmented: all, failed, missing: [] }, sessionChanges(all))

  it('has failures first, then what is flagged, then the rest', () => {
    const places = [
      'is no &lt;image&gt; &amp; fails',
      'the left one is &lt;small&gt;',
      'Without flags'
    ]
    const found = places.map((text) => page.indexOf(text))
    expect(found.every((place) => place > 0)).toBe(true)
    expect(found).toEqual([...found].sort((a, b) => a - b))
    expect(page).toContain('2 masks, 1 to look at, 1 failed.')
  })

  it('has the change between sessions', () => {
    expect(page).toContain('ses-1 → ses-2')
    for (const text of ['−0.300', '−10.0', '+0.010', '+0.3']) expect(page).toContain(`>${text}<`)
  })

  it('holds its pictures, and asks for nothing', () => {
    const sources = [...page.matchAll(/\b(?:src|href)="([^"]*)"/g)].map(([, source]) => source)
    expect(sources).toHaveLength(2)
    for (const source of sources) expect(source).toMatch(/^data:image\/png;base64,/)
    expect(page).not.toMatch(/<script|https?:/)
  })
})
