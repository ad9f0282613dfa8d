import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { beforeEach, describe, expect, it } from 'vitest'
import { openWorkspaceFolder } from '../../../../../src/main/workspace/folder'
import { readMask } from '../../../../../src/main/workspace/masks'
import { listResults } from '../../../../../src/main/workspace/result-record'
import { importLabelled } from '../../../../../src/main/workspace/training-set'
import { failureOf } from '../../../../fixtures/failure'
import { niftiBytes } from '../../../../fixtures/nifti-bytes'
import { temporaryFolder } from '../../../../fixtures/temporary-folder'
import { tinyVolume } from '../../../../fixtures/tiny-case'
import { TINY_EDGE } from '../../../../fixtures/tiny-dataset'

const folder = temporaryFolder()
const DIM = [3, TINY_EDGE, TINY_EDGE, TINY_EDGE]
let count = 0
let dir: string
let root: string

beforeEach(async () => {
  count++
  dir = folder.file(`labelled${count}`)
  root = folder.file(`study${count}`)
  mkdirSync(dir)
  await openWorkspaceFolder(root, true)
})

function put(path: string, bytes: Uint8Array): void {
  mkdirSync(dirname(join(dir, path)), { recursive: true })
  writeFileSync(join(dir, path), gzipSync(bytes))
}

const image = (path: string, seed: number): void =>
  put(path, niftiBytes({ dim: DIM, voxels: tinyVolume(TINY_EDGE, seed).image }))

/** @param table from the labels 0, 1 and 2 to those in the file */
function mask(path: string, seed: number, table = [0, 1, 2]): void {
  const voxels = tinyVolume(TINY_EDGE, seed).labels.map((label) => table[label]!)
  put(path, niftiBytes({ dim: DIM, datatype: 'uint8', voxels }))
}

async function outcomes(): Promise<string[]> {
  const all = await importLabelled(root, dir, 'somebody')
  return all
    .map(({ name, caseId, problem }) => `${name}: ${problem ?? `case ${caseId!}`}`)
    .map((text) => text.replaceAll(dir, 'DIR'))
}

describe('labelled cases of a folder', () => {
  it('in the Decathlon’s layout become cases with an approved mask each', async () => {
    for (const n of [1, 2]) {
      image(`imagesTr/case_${n}.nii.gz`, n)
      mask(`labelsTr/case_${n}.nii.gz`, n)
    }
    expect(await outcomes()).toEqual(['case_1.nii.gz: case case1', 'case_2.nii.gz: case case2'])
    const [truth] = await listResults(root, 'case1')
    expect(truth).toMatchObject({ kind: 'truth', approved: { by: 'somebody', version: 1 } })
    const { voxels } = await readMask(root, 'case1', truth!.id)
    expect([...voxels]).toEqual([...tinyVolume(TINY_EDGE, 1).labels])
    // The files stay as they are, and are recognised the next time.
    expect(await outcomes()).toEqual(['case_1.nii.gz: case case1', 'case_2.nii.gz: case case2'])
    expect(await listResults(root, 'case1')).toHaveLength(1)
  })

  it('that dataset.json lists are those, and what is missing is named', async () => {
    image('imagesTr/a.nii.gz', 1)
    mask('labelsTr/a.nii.gz', 1)
    image('imagesTr/unlisted.nii.gz', 2)
    const training = ['a', 'b'].map((id) => ({
      image: `./imagesTr/${id}.nii.gz`,
      label: `./labelsTr/${id}.nii.gz`
    }))
    writeFileSync(join(dir, 'dataset.json'), JSON.stringify({ training }))
    expect(await outcomes()).toEqual([
      'a.nii.gz: case a',
      expect.stringMatching(
        /imagesTr.b\.nii\.gz.*listed in dataset\.json but is not there/
      ) as string,
      expect.stringMatching(
        /labelsTr.b\.nii\.gz.*listed in dataset\.json but is not there/
      ) as string
    ])
  })

  it('in BIDS are the scans with a mask of their own subject, session and run', async () => {
    writeFileSync(join(dir, 'dataset_description.json'), '{"Name":"x","BIDSVersion":"1.9.0"}')
    const made = 'derivatives/manual'
    for (const [n, session] of ['ses-1', 'ses-2'].entries()) {
      image(`sub-01/${session}/anat/sub-01_${session}_T1w.nii.gz`, n + 1)
      mask(`${made}/sub-01/${session}/anat/sub-01_${session}_desc-hippo_dseg.nii.gz`, n + 1)
    }
    image('sub-02/anat/sub-02_T1w.nii.gz', 3)
    mask(`${made}/sub-02/anat/sub-02_space-MNI152_dseg.nii.gz`, 3)
    const found = await outcomes()
    expect(found.slice(0, 2)).toEqual([
      expect.stringMatching(/^sub-01_ses-1_T1w\.nii\.gz: case 01_?ses-?1/) as string,
      expect.stringMatching(/^sub-01_ses-2_T1w\.nii\.gz: case 01_?ses-?2/) as string
    ])
    expect(found[2]).toMatch(/sub-02_T1w\.nii\.gz: .*has no mask/)
    expect(found).toHaveLength(3)
  })

  it('may be pairs beside each other, or in two folders', async () => {
    image('p1.nii.gz', 1)
    mask('p1_seg.nii.gz', 1)
    image('p2_T1w.nii.gz', 2)
    mask('p2-label.nii.gz', 2)
    expect(await outcomes()).toEqual(['p1.nii.gz: case p1', 'p2_T1w.nii.gz: case p2'])
  })

  it('teach the whole where they are FreeSurfer’s 17 and 53', async () => {
    image('l.nii.gz', 1)
    mask('l_seg.nii.gz', 1, [0, 17, 17])
    image('r.nii.gz', 2)
    mask('r_seg.nii.gz', 2, [0, 53, 53])
    const all = await importLabelled(root, dir, 'somebody')
    expect(all.map(({ problem }) => problem)).toEqual([null, null])
    expect(all[0]!.warnings.join()).toMatch(/knows only the whole hippocampus/)
    const [truth] = await listResults(root, all[0]!.caseId!)
    expect(new Set((await readMask(root, all[0]!.caseId!, truth!.id)).voxels)).toEqual(
      new Set([0, 1])
    )
  })

  it.each([
    ['an image without a mask', () => undefined, /a\.nii\.gz: .*has no mask/],
    ['an empty mask', () => mask('a_seg.nii.gz', 1, [0, 0, 0]), /is empty: it labels no voxel/],
    [
      'labels of no table',
      () => mask('a_seg.nii.gz', 1, [0, 7, 9]),
      /has labels 7, 9, which no known table has/
    ],
    [
      'a mask of another shape',
      () =>
        put(
          'a_seg.nii.gz',
          niftiBytes({ dim: [3, 8, 8, 8], datatype: 'uint8', voxels: new Uint8Array(512).fill(1) })
        ),
      /a_seg\.nii\.gz/
    ],
    [
      'a mask that is damaged',
      () => writeFileSync(join(dir, 'a_seg.nii.gz'), 'no image'),
      /a_seg\.nii\.gz/
    ]
  ])('say of %s what is wrong, and the others are imported', async (_, spoil, says) => {
    image('a.nii.gz', 1)
    spoil()
    image('b.nii.gz', 2)
    mask('b_seg.nii.gz', 2)
    const found = await outcomes()
    expect(found).toContain('b.nii.gz: case b')
    expect(found.filter((one) => one !== 'b.nii.gz: case b').join('\n')).toMatch(says)
    expect(await listResults(root, 'b')).toHaveLength(1)
  })

  it('with another mask of an image that is there are a contradiction, and the first stays', async () => {
    image('a.nii.gz', 1)
    mask('a_seg.nii.gz', 1)
    await outcomes()
    const [before] = await listResults(root, 'a')
    mask('a_seg.nii.gz', 3)
    expect((await outcomes())[0]).toMatch(
      /is case a already, whose ground truth differs from this mask in \d+ voxels; keep one of the two/
    )
    expect(await listResults(root, 'a')).toEqual([before])
  })

  it('are none in a folder without images, or that is not there', async () => {
    writeFileSync(join(dir, 'notes.txt'), 'x')
    expect((await failureOf(() => importLabelled(root, dir, 'x'))).message).toMatch(
      /holds no images; give/
    )
    const nowhere = folder.file('nowhere')
    expect((await failureOf(() => importLabelled(root, nowhere, 'x'))).message).toMatch(
      /is no folder/
    )
    expect(readFileSync(join(dir, 'notes.txt'), 'utf8')).toBe('x')
  })
})
