import { Hono } from 'hono'
import { aboutSchema } from '../../shared/api/about'
import { VERSION } from '../../shared/version'
import { readCachedReport } from '../engine/doctor'
import { answer } from './http'
import type { Services } from './services'

export function aboutRoutes({ host, log }: Services): Hono {
  const app = new Hono()
  app.get('/about', async () => {
    const report = await readCachedReport()
    const runtimes =
      report?.candidates
        .filter((candidate) => candidate.available)
        .map(({ runtime, device }) => ({ runtime, device })) ?? null
    return answer(aboutSchema, {
      version: VERSION,
      platform: `${process.platform}-${process.arch}`,
      node: process.version,
      host,
      runtimes,
      log: log.path
    })
  })
  return app
}
