import { readdir, realpath } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { HippospikeError } from '../../../shared/errors'
import { assertWritable, makeFolder, OutputSet } from '../../workspace/atomic-write'
import { CARD_FILE, isArriving, MANIFEST_FILE } from '../../workspace/model-folder'
import { CHECKPOINT_FILES } from './checkpoints'

export interface ModelPlace {
  /** Whether what is in the folder may be replaced. */
  force: boolean
  /** Folders of the models that the new one is made of: null for none. They are never replaced. */
  sources: readonly (string | null)[]
  /** Whether a checkpoint in the folder is one to go on from, which then decides whether the folder is this run's. */
  resumes: boolean
}

/**
 * Makes sure, before anything long is computed, that a model can be written into a folder, and replaces nothing there that is not this
 * run's own.
 *
 * @throws HippospikeError (output) naming what is in the way, and what to do
 */
export async function checkModelPlace(
  dir: string,
  { force, sources, resumes }: ModelPlace
): Promise<void> {
  const place = await realPath(dir)
  for (const source of sources) {
    if (source !== null && (await realPath(source)) === place) {
      throw new HippospikeError(
        'output',
        `${dir}: is the folder of a model that the new one is made of; give another with --out`
      )
    }
  }
  if (!force) await refuseTaken(dir, resumes)
  await assertFolderWritable(dir)
}

async function refuseTaken(dir: string, resumes: boolean): Promise<void> {
  // What is no folder is told of where it is to be made one.
  const names = await readdir(dir).catch((): string[] => [])
  if (resumes && CHECKPOINT_FILES.some((name) => names.includes(name))) return
  // A writing that was killed leaves a card beside weights that no model.json names yet.
  const found = names.includes(MANIFEST_FILE)
    ? MANIFEST_FILE
    : names.find((name) => name === CARD_FILE && !names.some(isArriving))
  if (found === undefined) return
  throw new HippospikeError(
    'output',
    `${dir}: holds a ${found} already and is left as it is; give another folder with --out, or --force to replace what is there`
  )
}

async function assertFolderWritable(dir: string): Promise<void> {
  const made = new OutputSet()
  try {
    await makeFolder(dir, made)
    await assertWritable(join(dir, MANIFEST_FILE), true)
  } finally {
    // Whatever keeps the model from being made leaves no empty folder.
    made.undo()
  }
}

function realPath(path: string): Promise<string> {
  return realpath(path).catch(() => resolve(path))
}
