import { readFile } from 'node:fs/promises'
import { Hono } from 'hono'
import type { Services } from './services'

/** GET /api/log: the log as text; empty where nothing was logged. */
export function logRoutes({ log }: Services): Hono {
  const app = new Hono()
  app.get('/log', async () => {
    const text = await readFile(log.path, 'utf8').catch(() => '')
    return new Response(text, { headers: { 'content-type': 'text/plain; charset=utf-8' } })
  })
  return app
}
