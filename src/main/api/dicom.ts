import { Hono } from 'hono'
import { z } from 'zod'
import { importOutcomeSchema } from '../../shared/api/cases'
import {
  dicomImportRequestSchema,
  dicomOpenedSchema,
  dicomOpenRequestSchema,
  dicomStudySchema,
  dicomUploadSchema
} from '../../shared/api/dicom'
import type { DicomListing } from '../../shared/dicom'
import { HippospikeError, toHippospikeError } from '../../shared/errors'
import { noSeriesText, previewOf } from '../imaging/dicom'
import { isDicomPath } from '../imaging/read-image'
import { DicomStudies } from '../workspace/dicom-studies'
import { encodeGreyPng } from '../workspace/export/png'
import { importSeries, neutralIds } from '../workspace/import-dicom'
import { answer, bodyOf, failureResponse, jsonBody, notFound, pathPart, queryOf } from './http'
import type { Services } from './services'

const fileQuerySchema = z.strictObject({ name: z.string().min(1).max(4096) })
const outcomesSchema = z.array(importOutcomeSchema)

/** Larger than a packed study of one head. */
const FILE_MEBIBYTES = 2048

export function dicomRoutes({ session, events, log }: Services): Hono {
  const studies = new DicomStudies()

  const app = new Hono()
  app
    .post('/dicom', async (context) => {
      const { paths } = await jsonBody(context, dicomOpenRequestSchema)
      const kinds = await Promise.all(paths.map((path) => isDicomPath(path).catch(() => false)))
      const dicom = paths.filter((_, n) => kinds[n])
      const images = paths.filter((_, n) => !kinds[n])
      const study = dicom.length === 0 ? null : await studies.open(dicom)
      return answer(dicomOpenedSchema, { study, images })
    })
    .post('/dicom/uploads', async () =>
      answer(dicomUploadSchema, { study: await studies.begin() }, 201)
    )
    .post('/dicom/:study/files', async (context) => {
      const { name } = queryOf(context, fileQuerySchema)
      const bytes = await bodyOf(context, FILE_MEBIBYTES)
      await studies.add(pathPart(context, 'study'), name, bytes)
      return context.body(null, 204)
    })
    .get('/dicom/:study', async (context) => {
      const id = pathPart(context, 'study')
      const study = await studies.study(id)
      if (study.series.length === 0) {
        throw new HippospikeError('input', `it ${noSeriesText(study)}`)
      }
      const listing = namedListing(study.listing, (text) => studies.named(id, text))
      const names = await neutralIds(session.root, study.series.length)
      return answer(dicomStudySchema, { listing, names })
    })
    .get('/dicom/:study/series/:number/preview', async (context) => {
      const { series } = await studies.study(pathPart(context, 'study'))
      const number = Number(pathPart(context, 'number'))
      const one = series.find(({ summary }) => summary.number === number)
      if (one === undefined) throw notFound('there is no such series in the study')
      const png = encodeGreyPng(await previewOf(one.volume, 160))
      return context.body(new Uint8Array(png), 200, { 'content-type': 'image/png' })
    })
    .post('/dicom/:study/import', async (context) => {
      const { series } = await jsonBody(context, dicomImportRequestSchema)
      const root = session.writableRoot
      const id = pathPart(context, 'study')
      const outcomes = await importSeries(root, await studies.study(id), series)
      for (const { caseId } of outcomes) {
        if (caseId !== null) events.emit({ type: 'cases', caseId })
      }
      const named = outcomes.map((outcome) => {
        return { ...outcome, problem: outcome.problem && studies.named(id, outcome.problem) }
      })
      return answer(outcomesSchema, named)
    })
    .delete('/dicom/:study', async (context) => {
      await studies.close(pathPart(context, 'study'))
      return context.body(null, 204)
    })
  app.onError((thrown, context) => {
    const { kind, message, stack } = toHippospikeError(thrown)
    // Not the message: it may name files, and these the patient.
    log.write(`${context.req.method} /api/dicom: failed (${kind})`)
    if (kind === 'internal') log.write(stack?.replaceAll(message, '') ?? '')
    const named = studies.named(context.req.param('study') ?? '', message)
    return failureResponse(named === message ? thrown : new HippospikeError(kind, named))
  })
  return app
}

function namedListing(listing: DicomListing, named: (text: string) => string): DicomListing {
  const damaged = listing.damaged.map(({ file, problem }) => ({ file: named(file), problem }))
  return { ...listing, damaged }
}
