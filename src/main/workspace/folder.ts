import { access, constants, readdir, stat } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { z } from 'zod'
import { HippospikeError } from '../../shared/errors'
import type { Workspace } from '../../shared/api/workspace'
import { VERSION } from '../../shared/version'
import { makeFolder, OutputSet, writeFileAtomic } from './atomic-write'
import { readJson, writeJson } from './json-file'
import { labelTable } from './label-table'
import { DESCRIPTION_FILE, derivatives } from './layout'

const BIDS_VERSION = '1.9.0'

/** Other programs' datasets have more; a name is all that is used of it. */
const descriptionSchema = z.looseObject({ Name: z.string().min(1).optional() })

/**
 * Opens a folder as a workspace.
 *
 * @param create make a dataset of a folder that is none: it is new, or empty
 * @throws HippospikeError (input) where it is none, or (output) where it cannot be made
 */
export async function openWorkspaceFolder(path: string, create: boolean): Promise<Workspace> {
  const root = resolve(path)
  const found = await stat(root).catch(() => null)
  if (found !== null && !found.isDirectory()) {
    throw new HippospikeError('input', `${root}: is a file; a workspace is a folder`)
  }
  if (found === null && !create) {
    throw new HippospikeError('input', `${root}: no such folder; check the path, or create it`)
  }
  const description = await readJson(join(root, DESCRIPTION_FILE), descriptionSchema)
  if (description === null) {
    if (!create) {
      throw new HippospikeError(
        'input',
        `${root}: is no workspace (it has no ${DESCRIPTION_FILE}); create one in it, or choose another folder`
      )
    }
    await createDataset(root)
  }
  return {
    path: root,
    name: description?.Name ?? nameOf(root),
    writable: await isWritableFolder(root)
  }
}

/** @throws HippospikeError (input) where the folder has gone since it was opened: nothing may be made in its place */
export async function assertPresent(root: string): Promise<void> {
  const found = await stat(root).catch(() => null)
  if (found?.isDirectory()) return
  throw new HippospikeError(
    'input',
    `the workspace ${root} is gone (moved, deleted or unmounted); put it back, or open another`
  )
}

async function createDataset(root: string): Promise<void> {
  const entries = await readdir(root).catch(() => [] as string[])
  const foreign = entries.filter((name) => !name.startsWith('.'))
  if (foreign.length > 0) {
    throw new HippospikeError(
      'input',
      `${root}: holds other files (${foreign.slice(0, 3).join(', ')}); choose an empty folder for a new workspace`
    )
  }
  const outputs = new OutputSet()
  try {
    await makeFolder(root, outputs)
    await writeFileAtomic(join(root, '.bidsignore'), '.hippospike/\n', { outputs })
    await writeJson(
      join(root, DESCRIPTION_FILE),
      {
        Name: nameOf(root),
        BIDSVersion: BIDS_VERSION,
        DatasetType: 'raw',
        GeneratedBy: generatedBy()
      },
      { outputs }
    )
    outputs.keep()
  } finally {
    outputs.undo()
  }
}

/** Describes the program's derivatives, before the first of them is written. */
export async function ensureDerivatives(root: string): Promise<void> {
  await assertPresent(root)
  const folder = derivatives(root)
  const path = join(folder, DESCRIPTION_FILE)
  if ((await stat(path).catch(() => null)) !== null) return
  await makeFolder(folder)
  await writeFileAtomic(join(folder, 'dseg.tsv'), labelTable(false))
  await writeJson(path, derivativeDescription('../..'))
}

/** The name by which BIDS URIs in a dataset of results call the one that they were made from. */
export const SOURCE_LINK = 'raw'

/**
 * What describes a dataset of the program's results.
 *
 * @param source of the dataset that they were made from: its path, seen from there
 */
export function derivativeDescription(source: string): Record<string, unknown> {
  return {
    Name: 'Hippospike',
    BIDSVersion: BIDS_VERSION,
    DatasetType: 'derivative',
    GeneratedBy: generatedBy(),
    SourceDatasets: [{ URL: source }],
    DatasetLinks: { [SOURCE_LINK]: source }
  }
}

function generatedBy(): unknown[] {
  return [{ Name: 'Hippospike', Version: VERSION }]
}

function nameOf(root: string): string {
  return basename(root) || basename(dirname(root)) || 'workspace'
}

/**
 * Whether something can be saved in a workspace.
 *
 * @throws HippospikeError (input) where it is gone
 */
export async function isWritableFolder(root: string): Promise<boolean> {
  await assertPresent(root)
  return access(root, constants.W_OK).then(
    () => true,
    () => false
  )
}
