import { join } from 'node:path'
import type { Command } from 'commander'
import { createServices } from '../../../api'
import { startServer } from '../../server'
import type { CliHost } from '../host'
import { wholeNumber } from '../options'

interface ServeOptions {
  port: number
  workspace?: string
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
    .addHelpText(
      'after',
      '\nExamples:\n  hippospike serve\n  hippospike serve --port 8080 --workspace my-study'
    )
    .action((options: ServeOptions) => serve(host, options))
}

async function serve(host: CliHost, { port, workspace }: ServeOptions): Promise<void> {
  const services = createServices({
    host: 'browser',
    resources: join(host.modelsDir, '..')
  })
  await services.session.start(workspace ?? null)
  const server = await startServer({ services, pages: host.pagesDir, port })
  host.err('Hippospike runs; open this address in a browser (Ctrl-C ends it):\n')
  host.out(`${server.url}\n`)
  await new Promise<void>((resolve) => {
    host.signal.addEventListener('abort', () => {
      resolve()
    })
  })
  await services.jobs.close()
  await server.close()
}
