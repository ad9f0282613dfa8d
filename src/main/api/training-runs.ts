import { readFile } from 'node:fs/promises'
import { Hono, type Context } from 'hono'
import { z } from 'zod'
import { trashedSchema } from '../../shared/api/cases'
import {
  curveListSchema,
  newRunRequestSchema,
  preflightRequestSchema,
  preflightSchema,
  previewListSchema,
  trainingRunListSchema,
  trainingRunSchema,
  type TrainingRun
} from '../../shared/api/training'
import { curvesOf, previewFile, previewsOf } from '../jobs/training-run'
import { runFiles } from '../workspace/run-files'
import { answer, bytesResponse, jsonBody, notFound, pathPart, queryOf } from './http'
import type { Services } from './services'

const previewQuerySchema = z.strictObject({
  stage: z.enum(['ann', 'fine-tuning']).optional(),
  case: z.string().optional()
})

/** What can be done to a run by a request without a body. */
const ACTIONS = ['pause', 'cancel', 'resume', 'accept', 'discard'] as const

export function trainingRunRoutes({ session, events, runs }: Services): Hono {
  const idOf = (context: Context): string => pathPart(context, 'run')
  const run = (value: TrainingRun, status: 200 | 201 = 200): Response =>
    answer(trainingRunSchema, value, status)

  const app = new Hono()
  app
    .post('/training/preflight', async (context) => {
      const { plan, caseIds } = await jsonBody(context, preflightRequestSchema)
      const { signal } = context.req.raw
      return answer(preflightSchema, await runs.preflight(session.root, plan, caseIds, signal))
    })
    .get('/training/runs', async () => {
      // Windows ask before a workspace is open, too.
      const root = (await session.describe()).workspace?.path
      return answer(trainingRunListSchema, root === undefined ? [] : await runs.list(root))
    })
    .post('/training/runs', async (context) => {
      const request = await jsonBody(context, newRunRequestSchema)
      return run(await runs.create(session.writableRoot, request), 201)
    })
    .get('/training/runs/:run', async (context) => run(await runs.get(session.root, idOf(context))))
    .delete('/training/runs/:run', async (context) => {
      const trashId = await runs.remove(session.writableRoot, idOf(context))
      events.emit({ type: 'runs' })
      return answer(trashedSchema, { trashId })
    })
    .get('/training/runs/:run/curves', async (context) => {
      const { id } = await runs.get(session.root, idOf(context))
      return answer(curveListSchema, await curvesOf(runFiles(session.root, id)))
    })
    .get('/training/runs/:run/previews', async (context) => {
      const { id } = await runs.get(session.root, idOf(context))
      return answer(previewListSchema, await previewsOf(runFiles(session.root, id)))
    })
    .get('/training/runs/:run/previews/:epoch', async (context) => {
      const { id } = await runs.get(session.root, idOf(context))
      const query = queryOf(context, previewQuerySchema)
      const path = await previewFile(
        runFiles(session.root, id),
        Number(pathPart(context, 'epoch')),
        { stage: query.stage ?? null, caseId: query.case ?? null }
      )
      const bytes = path === null ? null : await readFile(path).catch(() => null)
      if (bytes === null) throw notFound('there is no such preview')
      const response = bytesResponse(bytes)
      response.headers.set('content-type', 'image/png')
      return response
    })
  for (const action of ACTIONS) {
    app.post(`/training/runs/:run/${action}`, async (context) => {
      const changed = await runs[action](session.writableRoot, idOf(context))
      if (action === 'accept') events.emit({ type: 'models' })
      return run(changed)
    })
  }
  return app
}
