import { Hono } from 'hono'
import { visitComparisonSchema, visitsQuerySchema } from '../../shared/api/visits'
import { compareVisits } from '../workspace/visit-comparison'
import { answer, queryOf } from './http'
import type { Services } from './services'

export function visitRoutes({ session }: Services): Hono {
  const app = new Hono()
  app.get('/visits', async (context) => {
    const { from, to, fromResult = null, toResult = null } = queryOf(context, visitsQuerySchema)
    return answer(
      visitComparisonSchema,
      await compareVisits(session.root, { from, to }, { from: fromResult, to: toResult })
    )
  })
  return app
}
