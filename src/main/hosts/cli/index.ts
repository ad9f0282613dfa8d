import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { exitCodeOf } from '../../../shared/errors'
import { probeAll } from '../../engine/doctor'
import { outputError } from '../../workspace/atomic-write'
import { runJob } from '../../jobs/engine-client'
import { main } from './program'

const HELP_WIDTH = 100

/** Ctrl-C and its like ask the job to stop; a second Ctrl-C ends everything at once. */
function cancelOnSignals(): AbortSignal {
  const abort = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      // The engine is killed on the way out.
      if (signal === 'SIGINT' && abort.signal.aborted) process.exit(exitCodeOf('cancelled'))
      abort.abort()
    })
  }
  return abort.signal
}

/** The folder that holds the program's resources: the nearest above this file with one. */
function appRoot(): string {
  let folder = __dirname
  while (!existsSync(join(folder, 'resources')) && dirname(folder) !== folder) {
    folder = dirname(folder)
  }
  return folder
}

let isOutputLost = false

function exitCode(code: number): number {
  return code === 0 && isOutputLost ? exitCodeOf('output') : code
}

// A reader that has seen enough, `head` say, is no error: the command goes on without it.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE' || isOutputLost) return
  isOutputLost = true
  process.stderr.write(`hippospike: ${outputError('standard output', error).message}\n`)
  process.exitCode = exitCode(Number(process.exitCode ?? 0))
})
// Progress that nobody sees any more is not worth the work.
process.stderr.on('error', () => undefined)

void main(process.argv.slice(2), {
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
  isTerminal: process.stderr.isTTY,
  columns: process.stderr.isTTY ? process.stderr.columns : HELP_WIDTH,
  now: () => performance.now(),
  signal: cancelOnSignals(),
  modelsDir: join(appRoot(), 'resources', 'models'),
  templateDir: join(appRoot(), 'resources', 'template'),
  // This file is out/main/cli.cjs.
  pagesDir: join(__dirname, '..', 'renderer'),
  probeAll,
  runJob
}).then((code) => {
  process.exitCode = exitCode(code)
})
