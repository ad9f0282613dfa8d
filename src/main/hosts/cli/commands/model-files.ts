import { resolve } from 'node:path'
import type { Command } from 'commander'
import { HippospikeError } from '../../../../shared/errors'
import { MODEL_EXTENSION } from '../../../../shared/model'
import { assertWritable, writeFileAtomic } from '../../../workspace/atomic-write'
import { openWorkspaceFolder } from '../../../workspace/folder'
import { importModelFile, modelFileBytes } from '../../../workspace/model-file'
import { findModel } from '../../../workspace/model-list'
import type { CliHost } from '../host'
import { resolveModel } from '../models'
import { withOutputOptions } from '../options'
import { fields, printResult } from '../output'

interface ExportOptions {
  out: string
  force?: true
  json?: true
}

interface ImportOptions {
  workspace: string
  json?: true
}

/** `hippospike models export` and `import`: a model as one file. */
export function addModelFiles(models: Command, host: CliHost): void {
  const exporting = models
    .command('export')
    .summary('write a model as one file')
    .description(
      'Writes a model as one file, to hand on: its description, weights, card and curves, and nothing\n' +
        'that can be executed.'
    )
    .argument('<id|dir>', 'a model of "hippospike models", or a folder')
    .requiredOption('--out <file>', `file to write; ${MODEL_EXTENSION} is the usual ending`)
    .option('--force', 'replace the file where there is one')
    .action((named: string, _options: unknown, command: Command) =>
      exportModel(host, named, command.optsWithGlobals())
    )
  withOutputOptions(exporting, [
    `hippospike models export snn --out snn${MODEL_EXTENSION}`,
    `hippospike models export my-study/derivatives/hippospike/models/my-site --out my-site${MODEL_EXTENSION}`
  ])
  const importing = models
    .command('import')
    .summary('take a model from a file into a workspace')
    .description(
      'Checks a model file (names, sizes, checksums, description, weights) and takes it into a workspace,\n' +
        'where the app finds it. Its folder is what --model takes. A model whose id is taken gets another.'
    )
    .argument('<file>', 'written by "hippospike models export" or by the app')
    .requiredOption('--workspace <dir>', 'workspace to take it into; created where there is none')
    .action((file: string, _options: unknown, command: Command) =>
      importModel(host, file, command.optsWithGlobals())
    )
  withOutputOptions(importing, [
    `hippospike models import my-site${MODEL_EXTENSION} --workspace my-study`
  ])
}

async function exportModel(host: CliHost, named: string, options: ExportOptions): Promise<void> {
  const { out, force = false } = options
  const model = await resolveModel(named, host.modelsDir, 'models export')
  await assertWritable(out, force)
  const bytes = await modelFileBytes(model)
  await writeFileAtomic(out, bytes, { overwrite: force })
  printResult(host, options, { model, out, bytes: bytes.length }, () => out)
}

async function importModel(host: CliHost, file: string, options: ImportOptions): Promise<void> {
  const { path: root, writable } = await openWorkspaceFolder(resolve(options.workspace), true)
  if (!writable) {
    throw new HippospikeError(
      'output',
      `the workspace ${root} is read-only; give one in a folder you may write to`
    )
  }
  const { id } = await importModelFile(root, host.modelsDir, file)
  const { dir, summary } = await findModel(id, host.modelsDir, root)
  printResult(host, options, { id, name: summary.name, stage: summary.stage, dir }, () =>
    fields([
      ['model', `${id} (${summary.stage})`],
      ['folder', dir]
    ])
  )
}
