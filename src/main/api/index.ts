import { Hono } from 'hono'
import { toHippospikeError } from '../../shared/errors'
import { aboutRoutes } from './about'
import { caseRoutes } from './cases'
import { compareRoutes } from './compare'
import { dicomRoutes } from './dicom'
import { eventRoutes } from './events'
import { exportRoutes } from './export'
import { failureResponse, notFound } from './http'
import { imageRoutes } from './image'
import { jobRoutes } from './jobs'
import { logRoutes } from './log'
import { modelRoutes } from './models'
import { preferenceRoutes } from './preferences'
import { resultRoutes } from './results'
import type { Services } from './services'
import { spikeRoutes } from './spikes'
import { stagesRoutes } from './stages'
import { trainingRunRoutes } from './training-runs'
import { trainingSetRoutes } from './training-set'
import { trashRoutes } from './trash'
import { visitRoutes } from './visits'
import { workspaceRoutes } from './workspace'

export { openFirstCase } from './first-case'
export { createServices, type HostInfo, type Services } from './services'
export { CONTENT_SECURITY_POLICY, serveFiles } from './static-files'

function traceOf(thrown: unknown): string {
  return thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown)
}

export type Handler = (request: Request) => Promise<Response>

/** The backend: everything under /api, for whichever host. It answers every failure as ApiFailure. */
export function createApi(services: Services): Handler {
  const routes = [
    aboutRoutes,
    modelRoutes,
    preferenceRoutes,
    workspaceRoutes,
    caseRoutes,
    dicomRoutes,
    imageRoutes,
    resultRoutes,
    trashRoutes,
    compareRoutes,
    visitRoutes,
    exportRoutes,
    jobRoutes,
    trainingRunRoutes,
    eventRoutes,
    logRoutes,
    spikeRoutes,
    trainingSetRoutes,
    stagesRoutes
  ]
  const app = new Hono()
  for (const make of routes) app.route('/api', make(services))
  app.notFound((context) =>
    failureResponse(notFound(`there is no ${context.req.method} ${context.req.path}`))
  )
  app.onError((thrown, context) => {
    const failure = failureResponse(thrown)
    services.log.write(
      `${context.req.method} ${context.req.path}: ${toHippospikeError(thrown).message}`
    )
    if (failure.status === 500) services.log.write(traceOf(thrown))
    return failure
  })
  return async (request) => {
    const response = await app.fetch(request)
    response.headers.set('cache-control', 'no-store')
    response.headers.set('x-content-type-options', 'nosniff')
    return response
  }
}
