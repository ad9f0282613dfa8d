import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import type { DefaultModel } from '../../shared/api/training'
import { ensureDerivatives } from './folder'
import { readJsonOrNull, writeJson } from './json-file'
import { derivatives, DESCRIPTION_FILE } from './layout'
import { findModel, findModels, type FoundModel } from './model-list'
import { MissingError } from './missing'

const entrySchema = z.strictObject({ id: z.string().min(1), since: z.string() })
type Entry = z.infer<typeof entrySchema>

const fileSchema = z.strictObject({
  format: z.literal('hippospike-default-model'),
  version: z.literal(1),
  /** The newest first. */
  chosen: z.array(entrySchema)
})

/** Choices that are remembered. */
const KEPT = 100

/**
 * The model that a workspace segments with, unless its user chooses another: the last one that was made the default and is still there, or else
 * the program's own.
 *
 * @param shipped folder of the models that come with the program
 * @param root of the open workspace; null for none
 * @throws MissingError where there is no model at all
 */
export async function defaultModel(shipped: string, root: string | null): Promise<DefaultModel> {
  const models = await findModels(shipped, root)
  const chosen = root === null ? [] : await readChosen(root)
  const there = chosen.filter(({ id }) => models.some(({ summary }) => summary.id === id))
  const [current, ...history] = there
  return { id: current?.id ?? shippedDefault(models), history }
}

/** @throws MissingError where there is no such model */
export async function setDefaultModel(
  shipped: string,
  root: string,
  id: string
): Promise<DefaultModel> {
  await findModel(id, shipped, root)
  const before = await defaultModel(shipped, root)
  if (before.id !== id) {
    const chosen = await readChosen(root)
    const first: Entry = { id: before.id, since: await madeAt(root) }
    const since = new Date().toISOString()
    await ensureDerivatives(root)
    await writeJson(defaultFile(root), {
      format: 'hippospike-default-model',
      version: 1,
      chosen: [{ id, since }, ...(chosen.length > 0 ? chosen : [first])].slice(0, KEPT)
    } satisfies z.infer<typeof fileSchema>)
  }
  return defaultModel(shipped, root)
}

/** The plain binary network is the paper's. */
function shippedDefault(models: readonly FoundModel[]): string {
  const shipped = models.map(({ summary }) => summary).filter(({ origin }) => origin === 'shipped')
  const tuned = shipped.filter(({ stage }) => stage === 'fine-tuned')
  const found = tuned.find(({ spiking }) => spiking?.mode === 'binary') ?? tuned[0] ?? shipped[0]
  if (found !== undefined) return found.id
  throw new MissingError('the program has no models; install it again')
}

function defaultFile(root: string): string {
  return join(derivatives(root), 'default-model.json')
}

async function readChosen(root: string): Promise<Entry[]> {
  return (await readJsonOrNull(defaultFile(root), fileSchema))?.chosen ?? []
}

/** When the workspace was made: the program's own model has been its default since. */
async function madeAt(root: string): Promise<string> {
  const found = await stat(join(root, DESCRIPTION_FILE)).catch(() => null)
  return (found?.mtime ?? new Date()).toISOString()
}
