import { join, resolve } from 'node:path'
import type { Command } from 'commander'
import { createServices, openFirstCase } from '../../../api'
import type { CliHost } from '../host'
import { wholeNumber } from '../options'
import { serveUntilStopped } from './serve'

interface OpenOptions {
  port: number
  workspace?: string
}

/** `hippospike open FILE`: an image in the app. */
export function addOpen(program: Command, host: CliHost): void {
  program
    .command('open')
    .summary('open an image in the app')
    .description(
      'Imports an image into a workspace (the one that was open last, unless another is named), and serves the app\n' +
        'with it as "hippospike serve" does.'
    )
    .argument('<file>', 'NIfTI, NRRD, MetaImage, MGH or MGZ file')
    .option(
      '--port <n>',
      'port to listen on; any that is free by default',
      wholeNumber(0, 65535),
      0
    )
    .option('--workspace <dir>', 'workspace to import into; created where there is none')
    .addHelpText(
      'after',
      '\nExamples:\n  hippospike open crop.nii.gz\n  hippospike open crop.mgz --workspace my-study'
    )
    .action((file: string, options: OpenOptions) => open(host, file, options))
}

async function open(host: CliHost, file: string, options: OpenOptions): Promise<void> {
  const { port, workspace } = options
  const services = createServices({ host: 'browser', resources: join(host.modelsDir, '..') })
  await services.session.start(workspace === undefined ? null : resolve(workspace))
  await openFirstCase(services, { file: resolve(file) })
  await serveUntilStopped(host, services, port)
}
