import { Hono } from 'hono'
import { z } from 'zod'
import {
  caseListSchema,
  caseSummarySchema,
  importOutcomeSchema,
  importRequestSchema,
  setSideRequestSchema,
  setVisitRequestSchema,
  type ImportOutcome
} from '../../shared/api/cases'
import { caseViewSchema } from '../../shared/api/workspace'
import { toHippospikeError } from '../../shared/errors'
import { readCase } from '../workspace/case-record'
import { listCases, setSide, setVisit } from '../workspace/cases'
import { importScans } from '../workspace/import-scan'
import { importUpload } from '../workspace/import-upload'
import { importSample } from '../workspace/sample'
import { readCaseView, writeCaseView } from '../workspace/view-state'
import { answer, jsonBody, bodyOf, pathPart, queryOf } from './http'
import type { Services } from './services'

const outcomesSchema = z.array(importOutcomeSchema)
const uploadQuerySchema = z.strictObject({
  name: z.string().min(1).max(255),
  repair: z.enum(['true', 'false']).default('false')
})

/** Larger than any head scan. */
const UPLOAD_MEBIBYTES = 1024

export function caseRoutes(services: Services): Hono {
  const { session, events, resources, log } = services

  const imported = (outcomes: ImportOutcome[]): Response => {
    for (const { caseId } of outcomes) {
      if (caseId !== null) events.emit({ type: 'cases', caseId })
    }
    return answer(outcomesSchema, outcomes)
  }

  const app = new Hono()
  app
    .get('/cases', async () =>
      answer(
        caseListSchema,
        await listCases(session.root, (id, problem) => {
          log.write(`case ${id} is not listed: ${toHippospikeError(problem).message}`)
        })
      )
    )
    .post('/cases', async (context) => {
      const { paths, repair } = await jsonBody(context, importRequestSchema)
      return imported(await importScans(session.writableRoot, paths, { repair }))
    })
    .post('/cases/upload', async (context) => {
      const { name, repair } = queryOf(context, uploadQuerySchema)
      const body = await bodyOf(context, UPLOAD_MEBIBYTES)
      const options = { repair: repair === 'true' }
      return imported([await importUpload(session.writableRoot, name, body, options)])
    })
    .post('/cases/sample', async () =>
      imported(await importSample(session.writableRoot, resources))
    )
    .put('/cases/:case/visit', async (context) => {
      const { visit } = await jsonBody(context, setVisitRequestSchema)
      const changed = await setVisit(session.writableRoot, pathPart(context, 'case'), visit)
      events.emit({ type: 'cases', caseId: changed.id })
      return answer(caseSummarySchema, changed)
    })
    .put('/cases/:case/side', async (context) => {
      const { side } = await jsonBody(context, setSideRequestSchema)
      const changed = await setSide(session.writableRoot, pathPart(context, 'case'), side)
      events.emit({ type: 'cases', caseId: changed.id })
      return answer(caseSummarySchema, changed)
    })
    .get('/cases/:case/view', async (context) => {
      const { id } = await readCase(session.root, pathPart(context, 'case'))
      return answer(caseViewSchema, await readCaseView(session.root, id))
    })
    .put('/cases/:case/view', async (context) => {
      const view = await jsonBody(context, caseViewSchema)
      const { id } = await readCase(session.writableRoot, pathPart(context, 'case'))
      await writeCaseView(session.root, id, view)
      return answer(caseViewSchema, view)
    })
  return app
}
