import { dirname } from 'node:path'
import { Hono } from 'hono'
import { z } from 'zod'
import { trashedSchema } from '../../shared/api/cases'
import { workspaceModels } from '../workspace/layout'
import { runsFolder } from '../workspace/run-files'
import { restoreFromTrash, trashCase } from '../workspace/trash'
import { answer, pathPart } from './http'
import type { Services } from './services'

/** Null for a model or a training run. */
const restoredSchema = z.strictObject({ caseId: z.string().nullable() })

export function trashRoutes({ session, events }: Services): Hono {
  const app = new Hono()
  app
    .delete('/cases/:case', async (context) => {
      const trashId = await trashCase(session.writableRoot, pathPart(context, 'case'))
      events.emit({ type: 'cases', caseId: null })
      return answer(trashedSchema, { trashId })
    })
    .post('/trash/:trashId/restore', async (context) => {
      const root = session.writableRoot
      const { caseId, paths } = await restoreFromTrash(root, pathPart(context, 'trashId'))
      if (caseId !== null) events.emit({ type: 'cases', caseId })
      const areIn = (folder: string): boolean => paths.some((path) => dirname(path) === folder)
      if (areIn(workspaceModels(root))) events.emit({ type: 'models' })
      if (areIn(runsFolder(root))) events.emit({ type: 'runs' })
      return answer(restoredSchema, { caseId })
    })
  return app
}
