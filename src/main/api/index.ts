import { Hono } from 'hono'
import { aboutRoutes } from './about'
import { caseRoutes } from './cases'
import { compareRoutes } from './compare'
import { eventRoutes } from './events'
import { failureResponse, notFound } from './http'
import { imageRoutes } from './image'
import { jobRoutes } from './jobs'
import { modelRoutes } from './models'
import { preferenceRoutes } from './preferences'
import { resultRoutes } from './results'
import type { Services } from './services'
import { trashRoutes } from './trash'
import { workspaceRoutes } from './workspace'

export { createServices, type HostInfo, type Services } from './services'
export { CONTENT_SECURITY_POLICY, serveFiles } from './static-files'

export type Handler = (request: Request) => Promise<Response>

/** The backend: everything under /api, for whichever host. It answers every failure as ApiFailure. */
export function createApi(services: Services): Handler {
  const routes = [
    aboutRoutes,
    modelRoutes,
    preferenceRoutes,
    workspaceRoutes,
    caseRoutes,
    imageRoutes,
    resultRoutes,
    trashRoutes,
    compareRoutes,
    jobRoutes,
    eventRoutes
  ]
  const app = new Hono()
  for (const make of routes) app.route('/api', make(services))
  app.notFound((context) =>
    failureResponse(notFound(`there is no ${context.req.method} ${context.req.path}`))
  )
  app.onError((thrown) => {
    const failure = failureResponse(thrown)
    if (failure.status === 500) console.error(thrown)
    return failure
  })
  return async (request) => {
    const response = await app.fetch(request)
    response.headers.set('cache-control', 'no-store')
    response.headers.set('x-content-type-options', 'nosniff')
    return response
  }
}
