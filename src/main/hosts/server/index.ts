import { createAdaptorServer } from '@hono/node-server'
import type { AddressInfo } from 'node:net'
import { createApi, serveFiles, type Services } from '../../api'
import { HippospikeError } from '../../../shared/errors'
import { createGuard, type Guard } from './guard'

export interface ServeOptions {
  services: Services
  /** Folder of the built pages. */
  pages: string
  /** 0 for any that is free. */
  port: number
}

export interface RunningServer {
  /** To be opened once, by one browser. */
  url: string
  port: number
  close(): Promise<void>
}

const LOOPBACK = '127.0.0.1'

/**
 * Serves the app on this machine's loopback address.
 *
 * @throws HippospikeError (usage) where the port is taken
 */
export async function startServer({ services, pages, port }: ServeOptions): Promise<RunningServer> {
  const api = createApi(services)
  const files = serveFiles(pages)
  let guard: Guard | null = null
  const server = createAdaptorServer({
    fetch: async (request: Request) => {
      const refused = guard?.check(request)
      if (refused) return refused
      return new URL(request.url).pathname.startsWith('/api/') ? api(request) : files(request)
    }
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const why =
        cause.code === 'EADDRINUSE'
          ? `port ${port} is taken; give another by --port, or none for any that is free`
          : `port ${port} cannot be opened (${cause.code ?? cause.message}); give another by --port`
      reject(new HippospikeError('usage', why, { cause }))
    })
    server.listen(port, LOOPBACK, resolve)
  })
  const bound = (server.address() as AddressInfo).port
  guard = createGuard([`${LOOPBACK}:${bound}`, `localhost:${bound}`], bound)
  return {
    url: `http://${LOOPBACK}:${bound}${guard.entry}`,
    port: bound,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve()
        })
        // Event streams would keep it open for ever.
        if ('closeAllConnections' in server) server.closeAllConnections()
      })
  }
}
