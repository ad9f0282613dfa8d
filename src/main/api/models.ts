import { join } from 'node:path'
import { Hono } from 'hono'
import { modelListSchema } from '../../shared/api/about'
import { findModels } from '../workspace/model-list'
import { answer } from './http'
import type { Services } from './services'

export function modelRoutes({ resources, session }: Services): Hono {
  const app = new Hono()
  app.get('/models', async () => {
    const { workspace } = await session.describe()
    const models = await findModels(join(resources, 'models'), workspace?.path ?? null)
    return answer(
      modelListSchema,
      models.map(({ summary }) => summary)
    )
  })
  return app
}
