import { cpSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import { openDataset } from '../../../../src/main/imaging/dataset'
import { failureOf } from '../../../fixtures/failure'
import { temporaryFolder } from '../../../fixtures/temporary-folder'

const folder = temporaryFolder()
const dir = folder.file('data')

/** Writes n cases c01, c02 … (their contents do not matter here) and dataset.json. */
function makeDataset(count: number, description: unknown): void {
  rmSync(dir, { recursive: true, force: true })
  for (const part of ['imagesTr', 'labelsTr']) {
    mkdirSync(join(dir, part), { recursive: true })
    for (const id of ids(count)) writeFileSync(join(dir, part, `${id}.nii.gz`), `${part} ${id}`)
  }
  describeDataset(description)
}

function describeDataset(description: unknown): void {
  writeFileSync(join(dir, 'dataset.json'), JSON.stringify(description))
}

const ids = (count: number): string[] =>
  Array.from({ length: count }, (_, n) => `c${String(n + 1).padStart(2, '0')}`)

const training = (count: number): { image: string; label: string }[] =>
  ids(count).map((id) => ({
    image: `./imagesTr/${id}.nii.gz`,
    label: `./labelsTr/${id}.nii.gz`
  }))

describe('a dataset', () => {
  test('with a split of its own is divided by it, sorted by id', async () => {
    makeDataset(4, { name: 'x', split: { train: ['c03', 'c01'], validation: ['c02'] } })
    const { cases, splitBy } = await openDataset(dir)
    expect(splitBy).toBe('dataset.json')
    expect(cases.map(({ id, split }) => [id, split])).toEqual([
      ['c01', 'train'],
      ['c02', 'validation'],
      ['c03', 'train']
    ])
    expect(cases[0]!.imagePath).toBe(join(dir, 'imagesTr', 'c01.nii.gz'))
    expect(cases[0]!.labelPath).toBe(join(dir, 'labelsTr', 'c01.nii.gz'))
  })

  test('may put cases aside for a test', async () => {
    makeDataset(3, { split: { train: ['c01'], validation: ['c02'], test: ['c03'] } })
    const { cases, datasetHash } = await openDataset(dir)
    expect(cases.map(({ split }) => split)).toEqual(['train', 'validation', 'test'])
    describeDataset({ split: { train: ['c01', 'c03'], validation: ['c02'] } })
    expect((await openDataset(dir)).datasetHash).not.toBe(datasetHash)
    describeDataset({ split: { train: ['c01'], validation: ['c02'], test: ['c01'] } })
    await expect(openDataset(dir)).rejects.toThrow(/names case c01 twice/)
  })

  test('with the Decathlon’s list gets a seeded split of 80 to 20', async () => {
    makeDataset(10, { training: training(10) })
    const { cases, splitBy } = await openDataset(dir)
    expect(splitBy).toBe('seed')
    expect(cases.map(({ id }) => id)).toEqual(ids(10))
    expect(cases.filter(({ split }) => split === 'validation')).toHaveLength(2)
  })

  test('is split the same with one seed, and otherwise with another', async () => {
    makeDataset(10, { training: training(10) })
    const validation = async (seed?: number): Promise<string> => {
      const { cases } = await openDataset(dir, seed === undefined ? {} : { seed })
      return cases
        .filter(({ split }) => split === 'validation')
        .map(({ id }) => id)
        .join()
    }
    expect(await validation()).toBe(await validation(0))
    const seen = new Set(await Promise.all([0, 1, 2, 3, 4].map(validation)))
    expect(seen.size).toBeGreaterThan(1)
    makeDataset(10, { training: training(10).reverse() })
    expect(await validation(3)).toBe(await validation(3))
    expect(seen).toContain(await validation(3))
  })

  test('of two cases keeps one for validation', async () => {
    makeDataset(2, { training: training(2) })
    const splits = (await openDataset(dir)).cases.map(({ split }) => split)
    expect(splits.sort()).toEqual(['train', 'validation'])
  })

  test('without list and split pairs the files by name', async () => {
    makeDataset(3, { name: 'anything' })
    expect((await openDataset(dir)).cases.map(({ id }) => id)).toEqual(ids(3))
  })

  test('ignores what macOS leaves beside the files, and files that are no images', async () => {
    makeDataset(2, {
      training: [
        ...training(2),
        { image: './imagesTr/._c01.nii.gz', label: './labelsTr/._c01.nii.gz' }
      ]
    })
    for (const part of ['imagesTr', 'labelsTr']) writeFileSync(join(dir, part, '._c01.nii.gz'), '')
    writeFileSync(join(dir, 'imagesTr', '.DS_Store'), '')
    expect((await openDataset(dir)).cases).toHaveLength(2)
    describeDataset({})
    expect((await openDataset(dir)).cases).toHaveLength(2)
  })

  test('has a hash that follows its contents and its split, not its place', async () => {
    makeDataset(3, { split: { train: ['c01', 'c02'], validation: ['c03'] } })
    const { datasetHash } = await openDataset(dir)
    expect(datasetHash).toMatch(/^[0-9a-f]{64}$/)
    cpSync(dir, folder.file('copy'), { recursive: true })
    expect((await openDataset(folder.file('copy'))).datasetHash).toBe(datasetHash)
    describeDataset({ split: { train: ['c01'], validation: ['c03', 'c02'] } })
    expect((await openDataset(dir)).datasetHash).not.toBe(datasetHash)
    describeDataset({ split: { train: ['c02', 'c01'], validation: ['c03'] } })
    expect((await openDataset(dir)).datasetHash).toBe(datasetHash)
    writeFileSync(join(dir, 'labelsTr', 'c02.nii.gz'), 'corrected')
    expect((await openDataset(dir)).datasetHash).not.toBe(datasetHash)
  })
})

describe('a bad dataset is refused:', () => {
  beforeEach(() => {
    makeDataset(4, { training: training(4) })
  })

  async function refusal(): Promise<string> {
    const failure = await failureOf(() => openDataset(dir))
    expect(failure.kind).toBe('input')
    expect(failure.message).not.toContain('\n')
    return failure.message
  }

  test('a folder that is not there', async () => {
    const failure = await failureOf(() => openDataset(folder.file('nowhere')))
    expect(failure.kind).toBe('input')
    expect(failure.message).toMatch(/nowhere.*dataset\.json: is missing/)
  })

  test('no dataset.json', async () => {
    rmSync(join(dir, 'dataset.json'))
    expect(await refusal()).toMatch(/dataset\.json: is missing.*imagesTr, labelsTr/)
  })

  test('dataset.json that is not JSON', async () => {
    writeFileSync(join(dir, 'dataset.json'), '{ "split": ')
    expect(await refusal()).toContain('is not JSON')
  })

  test('dataset.json of another shape', async () => {
    describeDataset({ split: { train: ['c01', 2], validation: [] } })
    expect(await refusal()).toContain('split.train.1')
    describeDataset([])
    expect(await refusal()).toContain('its top')
  })

  test('a case in both parts of the split', async () => {
    describeDataset({ split: { train: ['c01', 'c02'], validation: ['c02'] } })
    expect(await refusal()).toContain('case c02 twice')
  })

  test('a case of the split without files', async () => {
    describeDataset({ split: { train: ['c01'], validation: ['c99'] } })
    expect(await refusal()).toContain('c99')
  })

  test('a label without an image, and the other way round', async () => {
    describeDataset({})
    rmSync(join(dir, 'imagesTr', 'c02.nii.gz'))
    expect(await refusal()).toMatch(/c02\.nii\.gz: is a label without an image/)
    renameSync(join(dir, 'labelsTr', 'c02.nii.gz'), folder.file('aside'))
    rmSync(join(dir, 'labelsTr', 'c03.nii.gz'))
    expect(await refusal()).toMatch(/c03\.nii\.gz: has no label/)
  })

  test('a listed file that is not there', async () => {
    rmSync(join(dir, 'labelsTr', 'c04.nii.gz'))
    expect(await refusal()).toMatch(/c04\.nii\.gz: the label of case c04 is missing/)
  })

  test('a case listed twice', async () => {
    describeDataset({ training: [...training(2), training(1)[0]] })
    expect(await refusal()).toContain('c01 twice')
  })

  test('two files of one case', async () => {
    describeDataset({})
    writeFileSync(join(dir, 'imagesTr', 'c01.mha'), '')
    expect(await refusal()).toContain('second file of case c01')
  })

  test('no cases at all', async () => {
    describeDataset({ training: [] })
    expect(await refusal()).toContain('no labelled cases')
  })

  test('nothing of it is written to', async () => {
    await openDataset(dir)
    expect(readdirSync(dir).sort()).toEqual(['dataset.json', 'imagesTr', 'labelsTr'])
  })
})
