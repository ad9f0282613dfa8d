import { basename } from 'node:path'
import { Hono, type Context } from 'hono'
import { z } from 'zod'
import {
  importedKindSchema,
  importResultRequestSchema,
  newResultRequestSchema,
  restoreVersionRequestSchema,
  resultListSchema,
  resultSchema,
  trashedSchema,
  type Result
} from '../../shared/api/cases'
import { approvalRequestSchema } from '../../shared/api/training'
import { voxelCount } from '../../core/volume/geometry'
import type { SourceImage } from '../imaging/read-image'
import { readCase } from '../workspace/case-record'
import { withUploadedFile } from '../workspace/import-upload'
import { readJournal, removeJournal, writeJournal } from '../workspace/journal'
import { approveMask, createResult, importResult, readMask, saveMask } from '../workspace/masks'
import { listResults, readResult } from '../workspace/result-record'
import { trashResult } from '../workspace/trash'
import { authorOf } from './author'
import { answer, bodyOf, bytesResponse, jsonBody, maskBody, pathPart, queryOf } from './http'
import type { Services } from './services'

const versionQuerySchema = z.strictObject({
  version: z.coerce.number().int().min(1).nullable().default(null)
})
const saveQuerySchema = z.strictObject({ how: z.string().min(1).max(200).default('edited') })
const uploadQuerySchema = z.strictObject({
  name: z.string().min(1).max(255),
  kind: importedKindSchema.default('manual')
})

/** Of a file of a mask. */
const FILE_MEBIBYTES = 512

export function resultRoutes(services: Services): Hono {
  const { session, events, images, config } = services

  /** The case and result that a path names. */
  const partsOf = (context: Context): { caseId: string; id: string } => ({
    caseId: pathPart(context, 'case'),
    id: pathPart(context, 'result')
  })
  const source = async (caseId: string): Promise<SourceImage> =>
    images.read((await readCase(session.root, caseId)).scan)
  const author = (): Promise<string> => authorOf(config)
  const changed = (caseId: string, result: Result, status: 200 | 201 = 200): Response => {
    events.emit({ type: 'cases', caseId })
    return answer(resultSchema, result, status)
  }

  const app = new Hono()
  app
    .get('/cases/:case/results', async (context) => {
      const { id } = await readCase(session.root, pathPart(context, 'case'))
      return answer(resultListSchema, await listResults(session.root, id))
    })
    .post('/cases/:case/results', async (context) => {
      const { from, name } = await jsonBody(context, newResultRequestSchema)
      const { caseId } = partsOf(context)
      const root = session.writableRoot
      const image = await source(caseId)
      const voxels =
        from === null
          ? new Uint8Array(voxelCount(image.volume.geometry.size))
          : (await readMask(root, caseId, from)).voxels
      const how = from === null ? 'new and empty' : `copied from ${from}`
      const head = from === null ? null : (await readResult(root, caseId, from)).head
      const made = { name, kind: 'manual' as const, by: await author(), how, head }
      return changed(caseId, await createResult(root, caseId, voxels, image, made), 201)
    })
    .post('/cases/:case/results/upload', async (context) => {
      const { name, kind } = queryOf(context, uploadQuerySchema)
      const { caseId } = partsOf(context)
      const root = session.writableRoot
      const image = await source(caseId)
      const made = { name: nameFor(kind, name), kind, by: await author(), how: `imported ${name}` }
      const result = await withUploadedFile(
        root,
        name,
        await bodyOf(context, FILE_MEBIBYTES),
        (path) => importResult(root, caseId, path, image, made)
      )
      return changed(caseId, result, 201)
    })
    .post('/cases/:case/results/import', async (context) => {
      const { path, kind } = await jsonBody(context, importResultRequestSchema)
      const { caseId } = partsOf(context)
      const name = basename(path)
      const made = { name: nameFor(kind, name), kind, by: await author(), how: `imported ${name}` }
      const result = await importResult(
        session.writableRoot,
        caseId,
        path,
        await source(caseId),
        made
      )
      return changed(caseId, result, 201)
    })
    .delete('/cases/:case/results/:result', async (context) => {
      const { caseId, id } = partsOf(context)
      const trashId = await trashResult(session.writableRoot, caseId, id)
      events.emit({ type: 'cases', caseId })
      return answer(trashedSchema, { trashId })
    })
    .get('/cases/:case/results/:result/mask', async (context) => {
      const { caseId, id } = partsOf(context)
      const { version } = queryOf(context, versionQuerySchema)
      return bytesResponse((await readMask(session.root, caseId, id, version)).voxels)
    })
    .put('/cases/:case/results/:result/mask', async (context) => {
      const { caseId, id } = partsOf(context)
      const { how } = queryOf(context, saveQuerySchema)
      const root = session.writableRoot
      const image = await source(caseId)
      const voxels = await maskBody(context, voxelCount(image.volume.geometry.size))
      const by = await author()
      return changed(caseId, await saveMask(root, caseId, id, voxels, image, { by, how }))
    })
    .post('/cases/:case/results/:result/restore', async (context) => {
      const { caseId, id } = partsOf(context)
      const { version } = await jsonBody(context, restoreVersionRequestSchema)
      const root = session.writableRoot
      const { voxels } = await readMask(root, caseId, id, version)
      const made = { by: await author(), how: `restored version ${version}` }
      return changed(caseId, await saveMask(root, caseId, id, voxels, await source(caseId), made))
    })
    .put('/cases/:case/results/:result/approval', async (context) => {
      const { caseId, id } = partsOf(context)
      const { approved } = await jsonBody(context, approvalRequestSchema)
      const by = approved ? await author() : null
      return changed(caseId, await approveMask(session.writableRoot, caseId, id, by))
    })
    .get('/cases/:case/results/:result/journal', async (context) => {
      const { caseId, id } = partsOf(context)
      const { record } = await readCase(session.root, caseId)
      const voxels = await readJournal(session.root, caseId, id, record.image.geometry)
      return voxels === null ? new Response(null, { status: 204 }) : bytesResponse(voxels)
    })
    .put('/cases/:case/results/:result/journal', async (context) => {
      const { caseId, id } = partsOf(context)
      const root = session.writableRoot
      const { geometry } = (await readCase(root, caseId)).record.image
      const voxels = await maskBody(context, voxelCount(geometry.size))
      await writeJournal(root, caseId, id, voxels, geometry)
      return new Response(null, { status: 204 })
    })
    .delete('/cases/:case/results/:result/journal', async (context) => {
      const { caseId, id } = partsOf(context)
      await readResult(session.root, caseId, id)
      await removeJournal(session.writableRoot, caseId, id)
      return new Response(null, { status: 204 })
    })
  return app
}

function nameFor(kind: z.infer<typeof importedKindSchema>, file: string): string {
  return kind === 'truth' ? 'Ground truth' : file.slice(0, 60)
}
