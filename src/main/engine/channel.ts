import type { EngineMessage } from '../../shared/engine-protocol'

/** The engine's way to its host. */
export interface Channel {
  send(message: EngineMessage): void
  onMessage(listener: (message: unknown) => void): void
}

/** What Electron puts on `process` in a utility process. */
interface ParentPort {
  postMessage(message: unknown): void
  on(event: 'message', listener: (event: { data: unknown }) => void): void
}

/**
 * The channel to whoever started this process: `child_process.fork`, or Electron's `utilityProcess`. The process ends when
 * the host is gone.
 *
 * @throws Error where nobody started it so
 */
export function openChannel(): Channel {
  const { parentPort } = process as { parentPort?: ParentPort }
  if (parentPort !== undefined) return electronChannel(parentPort)
  if (process.send !== undefined) return forkChannel()
  throw new Error('the engine is started by Hippospike, not by hand')
}

/** Electron ends its utility processes with itself. */
function electronChannel(port: ParentPort): Channel {
  return {
    send: (message) => {
      port.postMessage(message)
    },
    onMessage: (listener) => {
      port.on('message', ({ data }) => {
        listener(data)
      })
    }
  }
}

function forkChannel(): Channel {
  const host = process.ppid
  process.on('disconnect', () => process.exit())
  return {
    send(message) {
      // A job that computes without a pause does not hear the disconnect, but the system has given it another parent.
      if (process.ppid !== host) process.exit()
      process.send?.(message, undefined, undefined, (error) => {
        if (error !== null) process.exit()
      })
    },
    onMessage: (listener) => {
      process.on('message', listener)
    }
  }
}
