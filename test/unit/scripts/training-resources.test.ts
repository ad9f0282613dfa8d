import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { openDataset } from '../../../src/main/imaging/dataset'
import { sharedData } from '../../shared-data'
import { temporaryFolder } from '../../fixtures/temporary-folder'
import { writeTinyDataset } from '../../fixtures/tiny-dataset'

const folder = temporaryFolder()
const SETS = [
  ['rehearsal', 'train', 16],
  ['reference', 'validation', 10]
] as const

function make(data: string, out: string): void {
  execFileSync(process.execPath, [
    'scripts/make-training-resources.mjs',
    ...['--data', data, '--out', out]
  ])
}

describe.each(SETS)('resources/%s', (name, part, count) => {
  const dir = join('resources', name)

  it(`has ${count} cases of ${part}, with licence and citation beside them`, async () => {
    const { cases } = await openDataset(dir)
    expect(cases.map(({ split }) => split)).toEqual(Array<string>(count).fill(part))
    const licence = readFileSync(join(dir, 'LICENSE.md'), 'utf8')
    expect(licence).toContain('CC BY-SA 4.0')
    expect(licence).toContain('doi:10.1038/s41467-022-30695-9')
  })

  const data = sharedData('data/msd-hippocampus')
  it.skipIf(data === null)('is what its script makes', async () => {
    const out = folder.file(`again-${name}`)
    make(data!, out)
    const [shipped, made] = await Promise.all([openDataset(dir), openDataset(join(out, name))])
    expect(made.datasetHash).toBe(shipped.datasetHash)
  })
})

it('have no case in common', async () => {
  const [rehearsal, reference] = await Promise.all(
    SETS.map(async ([name]) => {
      const { cases } = await openDataset(join('resources', name))
      return new Set(cases.map(({ id }) => id))
    })
  )
  expect([...rehearsal!].filter((id) => reference!.has(id))).toEqual([])
})

it('are drawn from the right part of a data set', () => {
  const { dir, ids } = writeTinyDataset(folder.file('data'), 40, 15)
  make(dir, folder.file('drawn'))
  for (const [name, part, count] of SETS) {
    const drawn = readdirSync(join(folder.file('drawn'), name, 'imagesTr'))
    expect(drawn).toHaveLength(count)
    const from = part === 'validation' ? ids.slice(0, 15) : ids.slice(15)
    for (const file of drawn) expect(from).toContain(file.replace('.nii.gz', ''))
  }
})
