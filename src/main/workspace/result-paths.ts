import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { resultFiles } from './layout'

/** Every file and folder of a result: sidecar, versions, probabilities, spikes, journal. */
export async function resultPaths(root: string, caseId: string, id: string): Promise<string[]> {
  const { folder, journal } = resultFiles(root, caseId, id)
  const names = await readdir(folder)
  const own = names.filter((name) => name.startsWith(`sub-${caseId}_seg-${id}_`))
  return [...own.map((name) => join(folder, name)), journal]
}
