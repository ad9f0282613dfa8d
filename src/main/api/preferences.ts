import { Hono } from 'hono'
import { preferencesSchema } from '../../shared/api/preferences'
import { answer, jsonBody } from './http'
import type { Services } from './services'

export function preferenceRoutes({ config }: Services): Hono {
  const app = new Hono()
  app
    .get('/preferences', async () => answer(preferencesSchema, await config.preferences()))
    .put('/preferences', async (context) => {
      const preferences = await jsonBody(context, preferencesSchema)
      await config.setPreferences(preferences)
      return answer(preferencesSchema, preferences)
    })
  return app
}
