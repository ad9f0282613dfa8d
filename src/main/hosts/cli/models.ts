import { readdir, stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { HippospikeError, toHippospikeError } from '../../../shared/errors'
import { MODEL_ID, type ModelManifest } from '../../../shared/model'
import { MANIFEST_FILE, readManifest } from '../../workspace/model-folder'

export const DEFAULT_MODEL = 'snn'

/** A folder that should hold a model: its description, or why that cannot be read. */
export type ListedModel = { dir: string } & ({ manifest: ModelManifest } | { error: string })

/**
 * The folder of the model that --model names: the id of one that comes with the program, or a folder.
 *
 * @param option what named it, for messages
 * @throws HippospikeError (input) where there is none, or its model.json is not one
 */
export async function resolveModel(
  named: string,
  modelsDir: string,
  option = '--model'
): Promise<string> {
  const dir = await modelDir(named, modelsDir)
  if (!(await isFolder(dir))) {
    const ids = (await modelFolders(modelsDir)).join(', ') || 'none'
    throw new HippospikeError(
      'input',
      `${option} ${named}: is neither a folder nor one of the models here (${ids})`
    )
  }
  // Read again by the engine; a wrong one is told here without waiting for TensorFlow.
  await readManifest(dir)
  return dir
}

/** The folder that the name of a model stands for, whether or not there is a model in it. */
export async function modelDir(named: string, modelsDir: string): Promise<string> {
  const shipped = join(modelsDir, named)
  const isId = MODEL_ID.test(named)
  return isId && (await isFolder(shipped)) ? shipped : named
}

/** What tells a model again later: the id of one that comes with the program, else its folder wherever one stands. */
export function modelName(named: string, dir: string): string {
  return dir === named ? resolve(dir) : named
}

/** The models in a folder of models, by name; damaged ones too. */
export async function listModels(modelsDir: string): Promise<ListedModel[]> {
  const folders = await modelFolders(modelsDir)
  return Promise.all(
    folders.map(async (name): Promise<ListedModel> => {
      const dir = join(modelsDir, name)
      try {
        return { dir, manifest: await readManifest(dir) }
      } catch (thrown) {
        return { dir, error: toHippospikeError(thrown).message }
      }
    })
  )
}

/** Whether a stage has written its model: its model.json comes last. */
export async function hasModel(dir: string): Promise<boolean> {
  return stat(join(dir, MANIFEST_FILE)).then(
    () => true,
    () => false
  )
}

async function modelFolders(modelsDir: string): Promise<string[]> {
  const entries = await readdir(modelsDir, { withFileTypes: true }).catch(() => [])
  return entries
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
    .map(({ name }) => name)
    .sort()
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false
  )
}
