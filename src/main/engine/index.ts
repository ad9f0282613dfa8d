import { openChannel } from './channel'
import { Engine } from './engine'
import { jobs } from './jobs'
import { loadRuntime } from './runtimes'

/** The engine process: out/main/engine.cjs, started by a host and by nobody else. */
function main(): void {
  // stdout belongs to the host's own output; what TensorFlow and its packages print are diagnostics.
  console.log = console.info = console.debug = console.error
  const engine = new Engine(openChannel(), jobs, loadRuntime)

  for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
    process.on(event, (thrown: unknown) => {
      console.error(thrown)
      engine.fail(thrown)
    })
  }
  // Ctrl-C reaches the whole process group; the host hears it as well, and says what is to be done.
  process.on('SIGINT', () => undefined)
  for (const signal of ['SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      engine.cancel()
    })
  }
  engine.start()
}

main()
