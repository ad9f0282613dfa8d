import { join, resolve } from 'node:path'
import type { Command } from 'commander'
import { createServices, openFirstCase, type Services } from '../../../api'
import { startServer } from '../../server'
import type { CliHost } from '../host'
import { wholeNumber } from '../options'

interface ServeOptions {
  port: number
  workspace?: string
  sample?: true
}

/** `hippospike serve`: the app in a browser. */
export function addServe(program: Command, host: CliHost): void {
  program
    .command('serve')
    .summary('open the app in a browser')
    .description(
      'Serves the app on 127.0.0.1 until Ctrl-C, and prints the address to open: once, in one browser.\n' +
        'From another machine: ssh -L PORT:127.0.0.1:PORT, and the same address.'
    )
    .option(
      '--port <n>',
      'port to listen on; any that is free by default',
      wholeNumber(0, 65535),
      0
    )
    .option('--workspace <dir>', 'workspace to open; created where there is none')
    .option('--sample', 'show the sample case')
    .addHelpText(
      'after',
      '\nExamples:\n  hippospike serve\n  hippospike serve --port 8080 --workspace my-study'
    )
    .action((options: ServeOptions) => serve(host, options))
}

async function serve(host: CliHost, { port, workspace, sample }: ServeOptions): Promise<void> {
  const services = createServices({ host: 'browser', resources: join(host.modelsDir, '..') })
  await services.session.start(workspace === undefined ? null : resolve(workspace))
  if (sample) await openFirstCase(services, 'sample')
  await serveUntilStopped(host, services, port)
}

/** Serves the app and prints its address, until the host is asked to stop. */
export async function serveUntilStopped(
  host: CliHost,
  services: Services,
  port: number
): Promise<void> {
  const server = await startServer({ services, pages: host.pagesDir, port })
  host.err('Hippospike runs; open this address in a browser (Ctrl-C ends it):\n')
  host.out(`${server.url}\n`)
  await new Promise<void>((stop) => {
    if (host.signal.aborted) stop()
    host.signal.addEventListener('abort', () => {
      stop()
    })
  })
  await services.jobs.close()
  await server.close()
}
