import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { findScans } from '../../../../src/main/batch/scans'
import { failureOf } from '../../../fixtures/failure'
import { temporaryFolder } from '../../../fixtures/temporary-folder'

const folder = temporaryFolder()
const ALL = { participants: null, sessions: null }

beforeAll(() => {
  for (const path of [
    'sub-01/ses-1/anat/sub-01_ses-1_T1w.nii.gz',
    'sub-01/ses-1/anat/sub-01_ses-1_T1w.json',
    'sub-01/ses-1/anat/sub-01_ses-1_T2w.nii.gz',
    'sub-01/ses-2/anat/sub-01_ses-2_run-2_T1w.nii',
    'sub-01/ses-2/anat/sub-01_ses-2_run-10_T1w.nii.gz',
    'sub-02/anat/sub-02_T1w.nii.gz',
    'sub-02/anat/sub-02_T1w.nii',
    'sub-02/anat/sub-03_T1w.nii.gz',
    'sub-02/anat/.sub-02_T1w.nii.gz',
    'sub-03/anat/sub-03_inplaneT1.nii.gz',
    'sub-04/ses-1/func/sub-04_ses-1_bold.nii.gz',
    'derivatives/other/sub-01/anat/sub-01_T1w.nii.gz',
    'sub-notes.txt'
  ]) {
    mkdirSync(dirname(join(folder.path, path)), { recursive: true })
    writeFileSync(join(folder.path, path), '')
  }
})

const found = async (filter: Partial<typeof ALL> | object): Promise<string[]> => {
  const { scans } = await findScans(folder.path, { ...ALL, ...filter })
  return scans.map(({ folder: place, file }) => `${place}/${file}`)
}

describe('findScans', () => {
  it('finds the T1-weighted scans of all participants and sessions, and tells what it leaves out', async () => {
    const { scans, ...rest } = await findScans(folder.path, ALL)
    expect(scans.map(({ entities }) => entities)).toEqual([
      'sub-01_ses-1',
      'sub-01_ses-2_run-10',
      'sub-01_ses-2_run-2',
      'sub-02'
    ])
    expect(scans[0]).toEqual({
      participant: '01',
      session: '1',
      entities: 'sub-01_ses-1',
      folder: 'sub-01/ses-1/anat',
      file: 'sub-01_ses-1_T1w.nii.gz'
    })
    expect(scans[3]!.session).toBe(null)
    expect(rest).toEqual({
      otherImages: 2,
      misnamed: ['sub-02/anat/sub-02_T1w.nii.gz', 'sub-02/anat/sub-03_T1w.nii.gz'],
      without: ['sub-03', 'sub-04/ses-1']
    })
  })

  it('takes labels with and without their prefixes', async () => {
    const second = ['sub-02/anat/sub-02_T1w.nii']
    expect(await found({ participants: ['02'] })).toEqual(second)
    expect(await found({ participants: ['sub-02', '02'] })).toEqual(second)
    const first = ['sub-01/ses-1/anat/sub-01_ses-1_T1w.nii.gz']
    expect(await found({ sessions: ['ses-1'] })).toEqual(first)
    expect(await found({ participants: ['01'], sessions: ['1'] })).toEqual(first)
  })

  it.each([
    [{ participants: ['01', '99'] }, /no sub-99; .*there are 01, 02, 03, 04/],
    [{ participants: ['02'], sessions: ['1'] }, /no ses-1 of these participants/]
  ])('refuses %j, which is not there', async (filter, message) => {
    const failure = await failureOf(() => findScans(folder.path, { ...ALL, ...filter }))
    expect(failure).toMatchObject({
      kind: 'input',
      message: expect.stringMatching(message) as string
    })
  })

  it.each(['nowhere', 'sub-notes.txt', 'derivatives'])(
    'refuses %s, which is no dataset',
    async (name) => {
      expect(await failureOf(() => findScans(join(folder.path, name), ALL))).toMatchObject({
        kind: 'input'
      })
    }
  )
})
