import { Hono } from 'hono'
import { stagesReportSchema } from '../../shared/api/stages'
import { readCase } from '../workspace/case-record'
import { readStagesReport } from '../workspace/stages-report'
import { answer, pathPart } from './http'
import type { Services } from './services'

export function stagesRoutes({ session }: Services): Hono {
  const app = new Hono()
  app.get('/cases/:case/stages', async (context) => {
    const { id } = await readCase(session.root, pathPart(context, 'case'))
    return answer(stagesReportSchema.nullable(), await readStagesReport(session.root, id))
  })
  return app
}
