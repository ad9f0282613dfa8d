import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { Hono } from 'hono'
import { exportOutcomeSchema, exportRequestSchema } from '../../shared/api/export'
import { readCase } from '../workspace/case-record'
import { exportResult } from '../workspace/export'
import { Downloads } from './downloads'
import { answer, bytesResponse, jsonBody, notFound, pathPart } from './http'
import type { Services } from './services'

export function exportRoutes({ session, images }: Services): Hono {
  const downloads = new Downloads()
  const app = new Hono()
  app
    .post('/cases/:case/results/:result/export', async (context) => {
      const request = await jsonBody(context, exportRequestSchema)
      const { root } = session
      const { id: caseId, scan } = await readCase(root, pathPart(context, 'case'))
      const files = await exportResult(
        {
          root,
          caseId,
          resultId: pathPart(context, 'result'),
          source: await images.read(scan),
          folder: request.path === null ? await downloads.folder() : ''
        },
        request
      )
      return answer(exportOutcomeSchema, {
        files:
          request.path === null
            ? files.map((file) => ({
                ...file,
                path: null,
                downloadId: file.path === null ? null : downloads.add(file.path)
              }))
            : files
      })
    })
    .get('/downloads/:id', async (context) => {
      const path = downloads.pathOf(pathPart(context, 'id'))
      const bytes = path === null ? null : await readFile(path).catch(() => null)
      if (path === null || bytes === null) throw notFound('the file is gone; export it again')
      const response = bytesResponse(bytes)
      response.headers.set('content-disposition', `attachment; filename="${basename(path)}"`)
      return response
    })
  return app
}
