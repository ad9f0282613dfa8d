import { Hono } from 'hono'
import {
  openWorkspaceRequestSchema,
  openWorkspaceSchema,
  workspaceViewSchema
} from '../../shared/api/workspace'
import { readWorkspaceView, writeWorkspaceView } from '../workspace/view-state'
import { answer, jsonBody } from './http'
import type { Services } from './services'

export function workspaceRoutes({ session, events }: Services): Hono {
  const app = new Hono()
  app
    .get('/workspace', async () => answer(openWorkspaceSchema, await session.describe()))
    .post('/workspace', async (context) => {
      const { path, create } = await jsonBody(context, openWorkspaceRequestSchema)
      await session.open(path, create)
      events.emit({ type: 'workspace' })
      return answer(openWorkspaceSchema, await session.describe())
    })
    .delete('/workspace/start-problem', async () => {
      session.startProblem = null
      return answer(openWorkspaceSchema, await session.describe())
    })
    .get('/workspace/view', async () =>
      answer(workspaceViewSchema, await readWorkspaceView(session.root))
    )
    .put('/workspace/view', async (context) => {
      const view = await jsonBody(context, workspaceViewSchema)
      await writeWorkspaceView(session.writableRoot, view)
      return answer(workspaceViewSchema, view)
    })
  return app
}
