import { Hono } from 'hono'
import { caseImageSchema } from '../../shared/api/cases'
import { readCase } from '../workspace/case-record'
import { answer, bytesResponse, pathPart } from './http'
import type { Services } from './services'

export function imageRoutes({ session, images }: Services): Hono {
  const app = new Hono()
  app
    .get('/cases/:case/image', async (context) => {
      const { record } = await readCase(session.root, pathPart(context, 'case'))
      return answer(caseImageSchema, record.image)
    })
    .get('/cases/:case/image/voxels', async (context) => {
      const { scan } = await readCase(session.root, pathPart(context, 'case'))
      return bytesResponse((await images.read(scan)).volume.voxels)
    })
  return app
}
