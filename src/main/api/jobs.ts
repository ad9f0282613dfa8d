import { Hono } from 'hono'
import { z } from 'zod'
import { appJobSchema, newJobRequestSchema } from '../../shared/api/jobs'
import { segmentTask, shippedModels, shippedTemplate } from '../jobs/segment-case'
import { answer, jsonBody, pathPart } from './http'
import type { Services } from './services'

export function jobRoutes({ session, jobs, resources, log }: Services): Hono {
  const app = new Hono()
  app
    .get('/jobs', () => answer(z.array(appJobSchema), jobs.list()))
    .post('/jobs', async (context) => {
      const request = await jsonBody(context, newJobRequestSchema)
      const place = {
        root: session.writableRoot,
        models: shippedModels(resources),
        template: shippedTemplate(resources),
        log: (line: string) => {
          log.write(`engine: ${line}`)
        }
      }
      return answer(appJobSchema, jobs.add(await segmentTask(place, request)), 201)
    })
    .delete('/jobs/:job', (context) => answer(appJobSchema, jobs.cancel(pathPart(context, 'job'))))
  return app
}
