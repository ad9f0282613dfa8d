import { Hono } from 'hono'
import { z } from 'zod'
import { trashedSchema } from '../../shared/api/cases'
import { restoreFromTrash, trashCase } from '../workspace/trash'
import { answer, pathPart } from './http'
import type { Services } from './services'

const restoredSchema = z.strictObject({ caseId: z.string() })

export function trashRoutes({ session, events }: Services): Hono {
  const app = new Hono()
  app
    .delete('/cases/:case', async (context) => {
      const trashId = await trashCase(session.writableRoot, pathPart(context, 'case'))
      events.emit({ type: 'cases', caseId: null })
      return answer(trashedSchema, { trashId })
    })
    .post('/trash/:trashId/restore', async (context) => {
      const caseId = await restoreFromTrash(session.writableRoot, pathPart(context, 'trashId'))
      events.emit({ type: 'cases', caseId })
      return answer(restoredSchema, { caseId })
    })
  return app
}
