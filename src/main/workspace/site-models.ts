import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { HippospikeError } from '../../shared/errors'
import { workspaceModels } from './layout'
import { findModel, findModels } from './model-list'
import { trashPaths } from './trash'

/** An id that no model of the program or the workspace has: the wished one, or with a number. */
export async function freeModelId(root: string, shipped: string, wished: string): Promise<string> {
  const taken = new Set(
    (await findModels(shipped, root)).map(({ summary }) => summary.id.toLowerCase())
  )
  for (let n = 1; ; n++) {
    const id = n === 1 ? wished : `${wished}-${n}`
    const isThere = await stat(join(workspaceModels(root), id)).catch(() => null)
    if (!taken.has(id.toLowerCase()) && isThere === null) return id
  }
}

/**
 * Moves a model of the workspace to the trash.
 *
 * @returns the entry's id
 * @throws MissingError where there is no such model; HippospikeError (usage) where it comes with the program
 */
export async function trashModel(root: string, shipped: string, id: string): Promise<string> {
  const { dir, summary } = await findModel(id, shipped, root)
  if (summary.origin === 'shipped') {
    throw new HippospikeError(
      'usage',
      `model ${id} comes with the program and cannot be removed; choose one of the workspace`
    )
  }
  return trashPaths(root, [dir])
}
