import type { Command } from 'commander'
import { MODEL_EXTENSION, type ModelManifest } from '../../../../shared/model'
import type { CliHost } from '../host'
import { DEFAULT_MODEL, listModels, type ListedModel } from '../models'
import { withOutputOptions } from '../options'
import { printResult, table } from '../output'
import { addModelFiles } from './model-files'

/** `hippospike models`: what comes with the program. */
export function addModels(program: Command, host: CliHost): void {
  const command = program
    .command('models')
    .summary('list the models that are here; export and import models as files')
    .description('Lists the models that --model takes by their ids.')
    .action((options: { json?: true }) => models(host, options))
  addModelFiles(command, host)
  withOutputOptions(command, [
    'hippospike models',
    'hippospike models --json',
    `hippospike models export models/my-site --out my-site${MODEL_EXTENSION}`,
    `hippospike models import my-site${MODEL_EXTENSION} --workspace my-study`
  ])
}

async function models(host: CliHost, options: { json?: true }): Promise<void> {
  const listed = await listModels(host.modelsDir)
  const document = { default: DEFAULT_MODEL, models: listed.map(entry) }
  printResult(host, options, document, () => describe(listed, host.modelsDir))
}

function entry(model: ListedModel): Record<string, unknown> {
  if ('error' in model) return { dir: model.dir, error: model.error }
  const { id, name, stage, spiking, licence, scores } = model.manifest
  return {
    id,
    name,
    stage,
    spikes: spiking?.mode ?? null,
    timesteps: spiking?.variants.map(({ timesteps }) => timesteps) ?? null,
    defaultTimesteps: spiking?.defaultTimesteps ?? null,
    licence,
    scores,
    dir: model.dir
  }
}

function describe(listed: readonly ListedModel[], modelsDir: string): string {
  if (listed.length === 0) return `there are no models in ${modelsDir}`
  const whole = listed.filter((model) => 'manifest' in model)
  const damaged = listed.filter((model) => 'error' in model)
  const parts = []
  if (whole.length > 0) {
    const rows = whole.map(({ manifest }) => row(manifest))
    const header = ['id', 'stage', 'spikes', 'timesteps', 'name']
    parts.push(table([header, ...rows], header.length))
  }
  parts.push(...damaged.map(({ error }) => `damaged: ${error}`))
  return parts.join('\n')
}

function row({ id, stage, spiking, name }: ModelManifest): string[] {
  const timesteps = spiking?.variants.map((variant) => variant.timesteps).join(', ')
  const marked = id === DEFAULT_MODEL ? `${id} (default)` : id
  return [marked, stage, spiking?.mode ?? '–', timesteps ?? '–', name]
}
