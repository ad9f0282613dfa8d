import { stat } from 'node:fs/promises'
import { join, relative, resolve, sep } from 'node:path'
import { z } from 'zod'
import { HippospikeError } from '../../shared/errors'
import { makeFolder, writeFileAtomic } from '../workspace/atomic-write'
import { derivativeDescription } from '../workspace/folder'
import { readJson } from '../workspace/json-file'
import { labelTable } from '../workspace/label-table'
import { DESCRIPTION_FILE } from '../workspace/layout'

const descriptionSchema = z.looseObject({
  DatasetType: z.string().optional(),
  GeneratedBy: z.array(z.looseObject({ Name: z.string() })).optional()
})

/** What is in the dataset that BIDS has no names for. */
const IGNORED = ['*_dseg.run.json', '*_dseg.png', '*_error.json', 'group*', '']

/**
 * Makes a folder a derivative dataset of ours, unless it is one. Several processes may do so at once.
 *
 * @throws HippospikeError (usage) where it is the source itself or another program's, (output) where it cannot be written
 */
export async function ensureOutputDataset(outputDir: string, bidsDir: string): Promise<void> {
  const [output, source] = [resolve(outputDir), resolve(bidsDir)]
  if (output === source || output.startsWith(join(source, 'sub-'))) {
    throw new HippospikeError(
      'usage',
      `${outputDir}: is ${output === source ? 'the dataset itself' : 'among its scans'}; ` +
        `give another folder for the results, ${join(bidsDir, 'derivatives', 'hippospike')} say`
    )
  }
  const path = join(output, DESCRIPTION_FILE)
  const existing = await readJson(path, descriptionSchema)
  if (existing !== null && !isOurs(existing)) {
    throw new HippospikeError(
      'usage',
      `${outputDir}: holds a dataset that Hippospike has not made; give another folder for the results`
    )
  }
  await makeFolder(output)
  const link = relative(output, source).split(sep).join('/')
  await writeMissing(join(output, '.bidsignore'), IGNORED.join('\n'))
  await writeMissing(join(output, 'dseg.tsv'), labelTable(true))
  await writeMissing(path, `${JSON.stringify(derivativeDescription(link), null, 2)}\n`)
}

/** @throws HippospikeError (input) where a folder is no derivative dataset of ours */
export async function assertOutputDataset(outputDir: string): Promise<void> {
  const existing = await readJson(join(outputDir, DESCRIPTION_FILE), descriptionSchema)
  if (existing !== null && isOurs(existing)) return
  throw new HippospikeError(
    'input',
    `${outputDir}: has no results of Hippospike; run "hippospike bids … participant" into it first`
  )
}

function isOurs({ DatasetType, GeneratedBy }: z.infer<typeof descriptionSchema>): boolean {
  return (
    DatasetType === 'derivative' &&
    (GeneratedBy?.some(({ Name }) => Name === 'Hippospike') ?? false)
  )
}

async function writeMissing(path: string, content: string): Promise<void> {
  if (await exists(path)) return
  try {
    await writeFileAtomic(path, content)
  } catch (thrown) {
    // Another process, on another machine too, may have been faster.
    if (!(await exists(path))) throw thrown
  }
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false
  )
}
