import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { HippospikeError } from '../../shared/errors'
import type { ModelManifest } from '../../shared/model'
import { derivatives } from './layout'
import { readManifest } from './model-folder'
import { findModels } from './model-list'

/** The ANN that a spiking model is held against. */
export interface FoundAnn {
  dir: string
  manifest: ModelManifest
  /** Says that it is not the one that the model came from; null where it is. */
  warning: string | null
}

/** The part of a provenance that names other models. */
const ancestrySchema = z.looseObject({
  teacher: z.looseObject({ weightsSha256: z.string() }).nullish(),
  parent: z.looseObject({ weightsSha256: z.string(), provenance: z.unknown().optional() }).nullish()
})

/** Hashes of the models that a model was made of or learned from, the nearest first. */
export function ancestry(provenance: unknown): string[] {
  const parsed = ancestrySchema.safeParse(provenance)
  if (!parsed.success) return []
  const { teacher, parent } = parsed.data
  const near = [teacher?.weightsSha256, parent?.weightsSha256].filter((sha) => sha !== undefined)
  return parent ? [...near, ...ancestry(parent.provenance)] : near
}

/**
 * The ANN that a spiking model was made of or learned from, if it is among the program's models, the workspace's or its training runs; else
 * one of the same shape, the program's `ann` first.
 *
 * @param shipped folder of the models that come with the program
 * @param root of the workspace; null for none
 * @throws HippospikeError (input) where there is none of its shape
 */
export async function annOf(
  snn: ModelManifest,
  shipped: string,
  root: string | null
): Promise<FoundAnn> {
  const anns = await findAnns(shipped, root)
  const own = ancestry(snn.provenance)
    .map((sha) => anns.find(({ manifest }) => manifest.weightsSha256 === sha))
    .find((ann) => ann !== undefined)
  if (own !== undefined) return { ...own, warning: null }
  const { channels, outputChannels, pooling } = snn.architecture
  const alike = anns.filter(
    ({ manifest: { architecture } }) =>
      architecture.channels.join() === channels.join() &&
      architecture.outputChannels === outputChannels &&
      architecture.pooling === pooling
  )
  const ann = alike.find(({ manifest }) => manifest.id === 'ann') ?? alike[0]
  if (ann === undefined) {
    throw new HippospikeError(
      'input',
      `there is no ANN of the shape of model ${snn.id} here; put the one that it was made of among the models`
    )
  }
  const warning = `the ANN that model ${snn.id} came from is not here; it is held against ${ann.manifest.id}`
  return { ...ann, warning }
}

async function findAnns(
  shipped: string,
  root: string | null
): Promise<Omit<FoundAnn, 'warning'>[]> {
  const models = await findModels(shipped, root)
  const dirs = models.filter(({ summary }) => summary.stage === 'ann').map(({ dir }) => dir)
  if (root !== null) {
    const runs = join(derivatives(root), 'runs')
    const names = await readdir(runs).catch(() => [] as string[])
    dirs.push(...names.sort().map((name) => join(runs, name, 'ann')))
  }
  const found = await Promise.all(
    dirs.map(async (dir) => {
      // A run that trains no ANN, or has not finished one, has none to read.
      const manifest = await readManifest(dir).catch(() => null)
      return manifest === null ? null : { dir, manifest }
    })
  )
  return found.filter((ann) => ann !== null)
}
