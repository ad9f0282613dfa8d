import { Hono } from 'hono'
import { z } from 'zod'
import { standardBoxes } from '../../core/head/standard-boxes'
import { narrowed } from '../../core/volume/narrow'
import { caseImageSchema, startBoxesSchema } from '../../shared/api/cases'
import { readCase } from '../workspace/case-record'
import { answer, bytesResponse, pathPart, queryOf } from './http'
import type { Services } from './services'

const voxelsQuerySchema = z.strictObject({ narrow: z.enum(['true', 'false']).default('false') })

export function imageRoutes({ session, images }: Services): Hono {
  const app = new Hono()
  app
    .get('/cases/:case/image', async (context) => {
      const { record } = await readCase(session.root, pathPart(context, 'case'))
      return answer(caseImageSchema, record.image)
    })
    .get('/cases/:case/image/boxes', async (context) => {
      const { record } = await readCase(session.root, pathPart(context, 'case'))
      return answer(startBoxesSchema, standardBoxes(record.image.geometry))
    })
    .get('/cases/:case/image/voxels', async (context) => {
      const { scan } = await readCase(session.root, pathPart(context, 'case'))
      const { narrow } = queryOf(context, voxelsQuerySchema)
      const { voxels } = (await images.read(scan)).volume
      return bytesResponse(narrow === 'true' ? narrowed(voxels) : voxels)
    })
  return app
}
