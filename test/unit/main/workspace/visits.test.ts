import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { caseParts } from '../../../../src/main/workspace/case-id'
import { caseIds, readCase } from '../../../../src/main/workspace/case-record'
import { listCases, setSide, setVisit } from '../../../../src/main/workspace/cases'
import { importScans } from '../../../../src/main/workspace/import-scan'
import { createResult } from '../../../../src/main/workspace/masks'
import { listResults } from '../../../../src/main/workspace/result-record'
import { restoreFromTrash, trashCase } from '../../../../src/main/workspace/trash'
import { readImage } from '../../../../src/main/imaging/read-image'
import { failureOf } from '../../../fixtures/failure'
import { niftiBytes } from '../../../fixtures/nifti-bytes'
import { temporaryFolder } from '../../../fixtures/temporary-folder'

const files = temporaryFolder()
let root: string
let count = 0

function put(path: string, content: string | Uint8Array): void {
  mkdirSync(dirname(join(root, path)), { recursive: true })
  writeFileSync(join(root, path), content)
}

beforeEach(() => {
  root = files.file(`dataset${count++}`)
  put('dataset_description.json', JSON.stringify({ Name: 'visits', BIDSVersion: '1.9.0' }))
  put('sub-01/ses-1/anat/sub-01_ses-1_T1w.nii', niftiBytes())
  put('sub-01/ses-2/anat/sub-01_ses-2_run-1_T1w.nii', niftiBytes())
  put('sub-01/ses-2/anat/sub-01_ses-2_run-2_T1w.nii', niftiBytes())
  put('sub-02/anat/sub-02_T1w.nii', niftiBytes())
  put('sub-02/anat/sub-01_T1w.nii', niftiBytes())
  put('sub-03/func/sub-03_task-rest_bold.nii', niftiBytes())
})

const IDS = ['01_ses-1', '01_ses-2_run-1', '01_ses-2_run-2', '02']

describe('caseParts', () => {
  it.each([
    ['01', { subject: '01', session: null, rest: '' }],
    ['01_ses-2', { subject: '01', session: '2', rest: '' }],
    ['01_ses-2_acq-a_run-1', { subject: '01', session: '2', rest: 'acq-a_run-1' }],
    ['01_run-1', { subject: '01', session: null, rest: 'run-1' }]
  ])('reads %s', (id, parts) => {
    expect(caseParts(id)).toEqual(parts)
  })

  it.each(['', '../01', '01/ses-2', '01_ses', '01_', 'a b', '01_run-1/..', 'x'.repeat(200)])(
    'refuses %j',
    (id) => {
      expect(caseParts(id)).toBeNull()
    }
  )
})

describe('the visits of a subject', () => {
  it('are cases of their own, in the order of subjects and sessions', async () => {
    expect(await caseIds(root)).toEqual(IDS)
    const visits = (await listCases(root)).map(({ visit }) => visit)
    expect(visits).toEqual([
      { subject: '01', label: '1', date: null },
      { subject: '01', label: '2 run-1', date: null },
      { subject: '01', label: '2 run-2', date: null },
      null
    ])
  })

  it('have the dates of the BIDS tables', async () => {
    put('sub-01/sub-01_sessions.tsv', 'session_id\tacq_time\nses-1\t2020-02-01T10:00:00\n')
    put(
      'sub-01/ses-2/sub-01_ses-2_scans.tsv',
      'filename\tacq_time\nanat/sub-01_ses-2_run-1_T1w.nii\t2021-02-03T10:00:00\nanat/sub-01_ses-2_run-2_T1w.nii\tn/a\n'
    )
    const dates = (await listCases(root)).map(({ visit }) => visit?.date)
    expect(dates).toEqual(['2020-02-01', '2021-02-03', null, undefined])
  })

  it('may be named by the user, across cases', async () => {
    const visit = { subject: '01', label: 'last', date: '2022-05-06' }
    expect((await setVisit(root, '02', visit)).visit).toEqual(visit)
    expect((await listCases(root)).at(-1)!.visit).toEqual(visit)
    expect((await setVisit(root, '02', null)).visit).toBeNull()
  })

  it('keep what is made of them in their BIDS place', async () => {
    const { scan } = await readCase(root, '01_ses-2_run-1')
    const source = await readImage(scan)
    const voxels = new Uint8Array(source.volume.voxels.length)
    for (const id of ['01_ses-2_run-1', '01_ses-1']) {
      await createResult(root, id, voxels, source, {
        name: 'mine',
        kind: 'manual',
        by: 'a',
        how: 'b'
      })
    }
    const made = join(root, 'derivatives', 'hippospike', 'sub-01')
    expect(existsSync(join(made, 'ses-1', 'anat', 'sub-01_ses-1_seg-mine_dseg.nii.gz'))).toBe(true)
    expect(existsSync(join(made, 'ses-2', 'anat', 'sub-01_ses-2_run-1_seg-mine_dseg.nii.gz'))).toBe(
      true
    )
    expect((await listResults(root, '01_ses-2_run-1')).map(({ id }) => id)).toEqual(['mine'])
    expect(await listResults(root, '01_ses-2_run-2')).toEqual([])
  })

  it('go to the trash, and come back, without each other', async () => {
    await listCases(root)
    const trash = await trashCase(root, '01_ses-2_run-1')
    expect(await caseIds(root)).toEqual(IDS.filter((id) => id !== '01_ses-2_run-1'))
    const whole = await trashCase(root, '01_ses-1')
    expect(existsSync(join(root, 'sub-01', 'ses-1'))).toBe(false)
    expect(await caseIds(root)).toEqual(['01_ses-2_run-2', '02'])
    expect((await restoreFromTrash(root, trash)).caseId).toBe('01_ses-2_run-1')
    await restoreFromTrash(root, whole)
    expect(await caseIds(root)).toEqual(IDS)
  })

  it('are kept apart from a scan without a session that is imported', async () => {
    const bytes = niftiBytes()
    bytes[bytes.length - 1] = 7
    const outcomes = await importScans(root, [files.write('sub-01_T1w.nii', bytes)])
    expect(outcomes[0]!.caseId).toBe('01n2')
  })

  it('are made of files that are named so', async () => {
    const scan = (name: string, value: number): string => {
      const bytes = niftiBytes()
      bytes[bytes.length - 1] = value
      return files.write(name, bytes)
    }
    const paths = [scan('sub-09_ses-a_T1w.nii', 8), scan('sub-09_ses-b_T1w.nii', 9)]
    const outcomes = await importScans(root, paths)
    expect(outcomes.map(({ caseId }) => caseId)).toEqual(['09_ses-a', '09_ses-b'])
    expect(existsSync(join(root, 'sub-09/ses-a/anat/sub-09_ses-a_T1w.nii.gz'))).toBe(true)
  })
})

describe('the side of a crop', () => {
  it('is kept with the case', async () => {
    expect((await setSide(root, '02', 'left')).side).toBe('left')
    expect((await readCase(root, '02')).record.side).toBe('left')
  })

  it('is no head’s', async () => {
    const wide = niftiBytes({ dim: [3, 90, 4, 4] })
    put('sub-05/anat/sub-05_T1w.nii', wide)
    expect(await failureOf(() => setSide(root, '05', 'left'))).toMatchObject({ kind: 'usage' })
  })
})
