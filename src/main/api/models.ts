import { basename } from 'node:path'
import { Hono } from 'hono'
import { z } from 'zod'
import { modelListSchema, modelSummarySchema } from '../../shared/api/about'
import { trashedSchema } from '../../shared/api/cases'
import {
  defaultModelSchema,
  importModelRequestSchema,
  setDefaultModelRequestSchema
} from '../../shared/api/training'
import { toHippospikeError, HippospikeError } from '../../shared/errors'
import { MODEL_EXTENSION } from '../../shared/model'
import { shippedModels } from '../jobs/segment-case'
import { defaultModel, setDefaultModel } from '../workspace/default-model'
import { withUploadedFile } from '../workspace/import-upload'
import { importModelFile, MODEL_FILE_MEBIBYTES, modelFileBytes } from '../workspace/model-file'
import { findModel, findModels } from '../workspace/model-list'
import { trashModel } from '../workspace/site-models'
import { answer, bodyOf, bytesResponse, jsonBody, pathPart, queryOf } from './http'
import type { Services } from './services'

const uploadQuerySchema = z.strictObject({ name: z.string().min(1).max(255) })

export function modelRoutes({ resources, session, events }: Services): Hono {
  const shipped = shippedModels(resources)
  const openRoot = async (): Promise<string | null> =>
    (await session.describe()).workspace?.path ?? null
  const changed = (): void => {
    events.emit({ type: 'models' })
  }
  const imported = async (path: string): Promise<Response> => {
    const summary = await importModelFile(session.writableRoot, shipped, path)
    changed()
    return answer(modelSummarySchema, summary, 201)
  }

  const app = new Hono()
  app
    .get('/models', async () => {
      const models = await findModels(shipped, await openRoot())
      return answer(
        modelListSchema,
        models.map(({ summary }) => summary)
      )
    })
    .get('/models/default', async () =>
      answer(defaultModelSchema, await defaultModel(shipped, await openRoot()))
    )
    .put('/models/default', async (context) => {
      const { id } = await jsonBody(context, setDefaultModelRequestSchema)
      const chosen = await setDefaultModel(shipped, session.writableRoot, id)
      changed()
      return answer(defaultModelSchema, chosen)
    })
    .get('/models/:model/file', async (context) => {
      const { dir, summary } = await findModel(
        pathPart(context, 'model'),
        shipped,
        await openRoot()
      )
      const response = bytesResponse(await modelFileBytes(dir))
      const name = `${summary.id}${MODEL_EXTENSION}`
      response.headers.set('content-disposition', `attachment; filename="${name}"`)
      return response
    })
    .post('/models/upload', async (context) => {
      const { name } = queryOf(context, uploadQuerySchema)
      const body = await bodyOf(context, MODEL_FILE_MEBIBYTES)
      return withUploadedFile(session.writableRoot, name, body, (path) =>
        imported(path).catch((thrown: unknown) => {
          // The path is one of ours, which means nothing to the user.
          const { kind, message } = toHippospikeError(thrown)
          throw new HippospikeError(kind, message.replaceAll(path, basename(path)))
        })
      )
    })
    .post('/models/import', async (context) => {
      const { path } = await jsonBody(context, importModelRequestSchema)
      return imported(path)
    })
    .delete('/models/:model', async (context) => {
      const root = session.writableRoot
      const trashId = await trashModel(root, shipped, pathPart(context, 'model'))
      changed()
      return answer(trashedSchema, { trashId })
    })
  return app
}
