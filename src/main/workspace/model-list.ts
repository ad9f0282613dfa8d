import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import type { ModelSummary } from '../../shared/api/about'
import type { ModelManifest } from '../../shared/model'
import { readManifest } from './model-folder'
import { workspaceModels } from './layout'
import { MissingError } from './missing'

/** A model that can be used, and its folder. */
export interface FoundModel {
  dir: string
  summary: ModelSummary
}

/**
 * The models that come with the program, and those of a workspace; damaged ones are left out.
 *
 * @param root of the open workspace; null for none
 */
export async function findModels(shipped: string, root: string | null): Promise<FoundModel[]> {
  const own = root === null ? [] : await modelsIn(workspaceModels(root), 'workspace')
  const all = [...(await modelsIn(shipped, 'shipped')), ...own]
  // The first of an id counts: a site's model cannot pass for one of the program's.
  return all.filter(
    ({ summary }, n) => all.findIndex((other) => other.summary.id === summary.id) === n
  )
}

/** @throws MissingError where there is no such model */
export async function findModel(
  id: string,
  shipped: string,
  root: string | null
): Promise<FoundModel> {
  const models = await findModels(shipped, root)
  const found = models.find(({ summary }) => summary.id === id)
  if (found !== undefined) return found
  const ids = models.map(({ summary }) => summary.id).join(', ') || 'none'
  throw new MissingError(`there is no model ${id}; choose one of these: ${ids}`)
}

async function modelsIn(folder: string, origin: ModelSummary['origin']): Promise<FoundModel[]> {
  const names = (await readdir(folder).catch(() => [] as string[])).sort()
  const found = await Promise.all(
    names.map(async (name): Promise<FoundModel | null> => {
      const dir = join(folder, name)
      if (!(await stat(dir)).isDirectory()) return null
      const manifest = await readManifest(dir).catch(() => null)
      return manifest === null ? null : { dir, summary: summaryOf(manifest, origin) }
    })
  )
  return found.filter((model) => model !== null)
}

const validationSchema = z.looseObject({ whole: z.number() })

/** Of the model's own number of timesteps, as its card has it. */
function diceOf({ spiking, scores }: ModelManifest): number | null {
  const key = spiking === null ? 'validation' : `validation (T=${spiking.defaultTimesteps})`
  const parsed = validationSchema.safeParse(scores[key] ?? scores.validation)
  return parsed.success ? parsed.data.whole : null
}

function summaryOf(manifest: ModelManifest, origin: ModelSummary['origin']): ModelSummary {
  const { id, name, stage, spiking } = manifest
  return {
    id,
    name,
    stage,
    spiking: spiking && {
      mode: spiking.mode,
      defaultTimesteps: spiking.defaultTimesteps,
      tunedFor: spiking.variants.map(({ timesteps }) => timesteps)
    },
    diceWhole: diceOf(manifest),
    origin
  }
}
