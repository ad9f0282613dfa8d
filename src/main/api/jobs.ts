import { Hono } from 'hono'
import { z } from 'zod'
import { appJobSchema, newJobRequestSchema, type NewJobRequest } from '../../shared/api/jobs'
import type { Task } from '../jobs/queue'
import { segmentTask, shippedModels, shippedTemplate } from '../jobs/segment-case'
import { calibrationSet, stagesTask } from '../jobs/stages-case'
import { answer, jsonBody, pathPart } from './http'
import type { Services } from './services'

export function jobRoutes({ session, jobs, resources, log }: Services): Hono {
  const taskOf = async (request: NewJobRequest): Promise<Task> => {
    const place = {
      root: session.writableRoot,
      models: shippedModels(resources),
      template: shippedTemplate(resources),
      log: (line: string) => {
        log.write(`engine: ${line}`)
      }
    }
    switch (request.kind) {
      case 'segment':
        return segmentTask(place, request)
      case 'stages':
        return stagesTask({ ...place, calibration: await calibrationSet(resources) }, request)
    }
  }
  const app = new Hono()
  app
    .get('/jobs', () => answer(z.array(appJobSchema), jobs.list()))
    .post('/jobs', async (context) => {
      const request = await jsonBody(context, newJobRequestSchema)
      return answer(appJobSchema, jobs.add(await taskOf(request)), 201)
    })
    .delete('/jobs/:job', (context) => answer(appJobSchema, jobs.cancel(pathPart(context, 'job'))))
  return app
}
