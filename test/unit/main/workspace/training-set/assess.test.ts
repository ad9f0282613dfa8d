import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { openDataset } from '../../../../../src/main/imaging/dataset'
import { readImage } from '../../../../../src/main/imaging/read-image'
import { trainingSetEngine } from '../../../../../src/main/jobs/training-set'
import { scanFile } from '../../../../../src/main/workspace/layout'
import { openWorkspaceFolder } from '../../../../../src/main/workspace/folder'
import { importScan } from '../../../../../src/main/workspace/import-scan'
import { approveMask, createResult } from '../../../../../src/main/workspace/masks'
import { listResults } from '../../../../../src/main/workspace/result-record'
import {
  checkTrainingSet,
  importLabelled,
  listCandidates,
  readStatistics,
  writeTrainingSet
} from '../../../../../src/main/workspace/training-set'
import { jobs } from '../../../../../src/main/engine/jobs'
import type { RunJob } from '../../../../../src/main/jobs/segment-case'
import { WHOLE_LABEL } from '../../../../../src/shared/training'
import { failureOf } from '../../../../fixtures/failure'
import { grid } from '../../../../fixtures/geometries'
import { testContext } from '../../../../fixtures/job-context'
import { labelledHead } from '../../../../fixtures/labelled-head'
import { niftiBytes } from '../../../../fixtures/nifti-bytes'
import { temporaryFolder } from '../../../../fixtures/temporary-folder'
import { tinyVolume } from '../../../../fixtures/tiny-case'
import { TINY_EDGE } from '../../../../fixtures/tiny-dataset'
import { writeTinySite } from '../../../../fixtures/tiny-site'

const folder = temporaryFolder()
const asked: string[] = []
const run: RunJob = async ({ kind, request, resultSchema }) => {
  asked.push(kind)
  return resultSchema.parse(await (await jobs.get(kind)!()).run(request, testContext()))
}
const engine = trainingSetEngine(run)
let root: string
let caseIds: string[]

beforeAll(async () => {
  ;({ root, caseIds } = await writeTinySite(folder.file('site'), 6))
})

const check = async (ids: readonly string[], seed = 1) =>
  checkTrainingSet(root, { caseIds: ids, seed }, engine, await readStatistics('resources'))

describe('a training set', () => {
  it('is divided by subject, the same way for the same seed in any order', async () => {
    const found = await check(caseIds)
    expect(found).toMatchObject({ counts: { train: 4, validation: 1, test: 1 }, canStart: true })
    const parts = (list: typeof found) =>
      Object.fromEntries(list.cases.map(({ caseId, part }) => [caseId, part]))
    expect(parts(await check([...caseIds].reverse()))).toEqual(parts(found))
    const others = await Promise.all([2, 3, 4, 5].map((seed) => check(caseIds, seed)))
    expect(new Set(others.map((one) => JSON.stringify(parts(one)))).size).toBeGreaterThan(1)
  })

  it('is told where cases are unlike those that the model knows', async () => {
    const { cases } = await check(caseIds)
    // Made-up cubes are smaller than any hippocampus.
    expect(cases[0]!.findings.map(({ level, kind }) => `${level} ${kind}`)).toContain(
      'warning volume'
    )
  })

  it('looks at voxels once, as long as no file changes', async () => {
    const before = asked.length
    await check(caseIds)
    expect(asked).toHaveLength(before)
  })

  it.each([
    [2, /there are 2 usable cases of 2 subjects; at least 3 .* add cases/, false],
    [4, /with 4 subjects none is held out/, true],
    [6, /only 4 cases are trained on; 5 or more/, true]
  ])('of %i cases says what is too few', async (n, says, canStart) => {
    const found = await check(caseIds.slice(0, n))
    expect(found.findings.map(({ message }) => message).join('\n')).toMatch(says)
    expect(found.canStart).toBe(canStart)
  })

  it('is written as a data set whose test is put aside, on the scans’ own grids', async () => {
    const dir = folder.file('written')
    const { cases, dataSha256 } = await writeTrainingSet(root, caseIds, 1, dir, engine)
    const { cases: read, datasetHash } = await openDataset(dir)
    expect(datasetHash).toBe(dataSha256)
    expect(read.map(({ id, split }) => [id, split])).toEqual(
      cases.map(({ id, part }) => [id, part]).sort(([a], [b]) => (a! < b! ? -1 : 1))
    )
    const { volume } = await readImage(read[0]!.imagePath)
    const scan = await readImage(scanFile(root, read[0]!.id))
    expect(volume).toEqual(scan.volume)
  })
})

describe('a case that cannot be trained on', () => {
  const kindsOf = async (id: string): Promise<string[]> =>
    (await listCandidates(root))
      .find(({ caseId }) => caseId === id)!
      .findings.filter(({ level }) => level === 'error')
      .map(({ kind }) => kind)

  it('is one whose mask nobody has approved, or takes that back', async () => {
    const id = caseIds[0]!
    const [result] = await listResults(root, id)
    await approveMask(root, id, result!.id, null)
    expect(await kindsOf(id)).toEqual(['not-approved'])
    const found = await check(caseIds)
    expect(found.cases[0]!.part).toBeNull()
    expect(found).toMatchObject({ counts: { train: 3 }, canStart: false })
    const error = await failureOf(() =>
      writeTrainingSet(root, caseIds, 1, folder.file('refused'), engine)
    )
    expect(error.message).toMatch(new RegExp(`^case ${id}: .*is not approved`))
    expect(existsSync(folder.file('refused'))).toBe(false)
    await approveMask(root, id, result!.id, 'somebody')
    expect(await kindsOf(id)).toEqual([])
  })

  it('is one whose mask was drawn empty, and approved all the same', async () => {
    const id = caseIds[1]!
    const source = await readImage(scanFile(root, id))
    const { id: empty } = await createResult(root, id, new Uint8Array(TINY_EDGE ** 3), source, {
      name: 'Nothing',
      kind: 'manual',
      by: 'somebody',
      how: 'drawn',
      approved: true
    })
    expect(await kindsOf(id)).toEqual(['empty-mask'])
    expect((await check(caseIds)).canStart).toBe(false)
    await approveMask(root, id, empty, null)
    expect(await kindsOf(id)).toEqual([])
  })

  it('is one without a mask', async () => {
    const scan = folder.write('bare.nii', niftiBytes({ dim: [3, TINY_EDGE, TINY_EDGE, TINY_EDGE] }))
    const { caseId } = await importScan(root, scan, 'bare.nii')
    expect(await kindsOf(caseId!)).toEqual(['no-mask'])
    expect((await check([...caseIds, caseId!])).canStart).toBe(false)
  })

  it.each([
    ['a duplicate with the same mask', 'duplicate'],
    ['a contradiction with another', 'contradiction']
  ])('is another file of the same image: %s', async (_, kind) => {
    // Packed otherwise, and so not recognised by its bytes.
    const labelled = folder.file(`twin-${kind}`)
    const { image, labels } = tinyVolume(TINY_EDGE, 6)
    const dim = [3, TINY_EDGE, TINY_EDGE, TINY_EDGE]
    mkdirSync(labelled)
    const mask = labels.slice()
    if (kind === 'contradiction') mask[labels.indexOf(1)] = 0
    for (const [name, bytes] of [
      [`${kind}.nii`, niftiBytes({ dim, voxels: image, description: kind })],
      [`${kind}_seg.nii`, niftiBytes({ dim, datatype: 'uint8', voxels: mask })]
    ] as const) {
      writeFileSync(join(labelled, name), bytes)
    }
    const [{ caseId } = { caseId: null }] = await importLabelled(root, labelled, 'somebody')
    const found = await check([...caseIds, caseId!])
    expect(found.canStart).toBe(false)
    const said = found.cases
      .filter(({ findings }) => findings.some((one) => one.kind === kind))
      .map((one) => one.caseId)
    // Of two that agree one can stay; where they differ nobody can tell which is right.
    expect(said.sort()).toEqual(kind === 'duplicate' ? ['tiny6'] : ['contradiction', 'tiny6'])
  })
})

it('a head gives two cases to learn from, which stay together, also where it knows only the whole', async () => {
  const study = folder.file('heads')
  await openWorkspaceFolder(study, true)
  const labelled = folder.file('labelled-heads')
  mkdirSync(labelled)
  const geometry = grid({ size: [60, 60, 40], spacing: [2, 2, 2], first: [-59, -59, -49] })
  for (let n = 1; n <= 4; n++) {
    const head = labelledHead(geometry, n)
    const dim = [3, ...geometry.size]
    const sform = { code: 1, rows: [2, 0, 0, -59, 0, 2, 0, -59, 0, 0, 2, -49] }
    const options = { dim, pixdim: [1, 2, 2, 2], sform }
    const voxels = head.mask.voxels.map((label) => [0, 17, 17, 53, 53][label]!)
    writeFileSync(
      join(labelled, `h${n}.nii`),
      niftiBytes({ ...options, voxels: head.image.voxels })
    )
    writeFileSync(
      join(labelled, `h${n}_seg.nii`),
      niftiBytes({ ...options, datatype: 'uint8', voxels: n === 1 ? voxels : head.mask.voxels })
    )
  }
  const outcomes = await importLabelled(study, labelled, 'somebody')
  expect(outcomes.map(({ problem }) => problem)).toEqual([null, null, null, null])
  const { cases } = await writeTrainingSet(
    study,
    ['h1', 'h2', 'h3', 'h4'],
    1,
    folder.file('cut'),
    engine
  )
  expect(cases.map(({ id }) => id)).toEqual(
    [1, 2, 3, 4].flatMap((n) => [`h${n}_hemi-L`, `h${n}_hemi-R`])
  )
  for (const id of ['h1', 'h2', 'h3', 'h4']) {
    expect(new Set(cases.filter((one) => one.caseId === id).map(({ part }) => part)).size).toBe(1)
  }
  expect(cases.slice(0, 3).map(({ mask }) => mask)).toEqual(['whole', 'whole', 'parts'])
  const labelsOf = async (id: string) =>
    new Set((await readImage(join(folder.file('cut'), 'labelsTr', `${id}.nii.gz`))).volume.voxels)
  expect(await labelsOf('h1_hemi-R')).toEqual(new Set([0, WHOLE_LABEL]))
  // The labels of a crop are the same on either side.
  expect(await labelsOf('h2_hemi-R')).toEqual(new Set([0, 1, 2]))
})
