import { Hono } from 'hono'
import { z } from 'zod'
import { importOutcomeSchema } from '../../shared/api/cases'
import {
  candidateListSchema,
  checkRequestSchema,
  importLabelledRequestSchema,
  trainingCheckSchema
} from '../../shared/api/training'
import { toHippospikeError } from '../../shared/errors'
import { runJob } from '../jobs/engine-client'
import type { RunJob } from '../jobs/segment-case'
import { trainingSetEngine } from '../jobs/training-set'
import {
  checkTrainingSet,
  importLabelled,
  listCandidates,
  readStatistics
} from '../workspace/training-set'
import { authorOf } from './author'
import { answer, jsonBody } from './http'
import type { Services } from './services'

const outcomesSchema = z.array(importOutcomeSchema)
/** Windows list all cases anew at each event: an import of hundreds tells of itself no more often. */
const TELL_MS = 1000

/** @param run runs what looks at voxels */
export function trainingSetRoutes(services: Services, run: RunJob = runJob): Hono {
  const { session, events, config, resources, log } = services
  const engine = trainingSetEngine(run, { onOutput: (line) => log.write(`engine: ${line}`) })

  const app = new Hono()
  app
    .get('/training/cases', async () =>
      answer(
        candidateListSchema,
        await listCandidates(session.root, (id, problem) => {
          log.write(`case ${id} is not listed: ${toHippospikeError(problem).message}`)
        })
      )
    )
    .post('/training/import', async (context) => {
      const { path } = await jsonBody(context, importLabelledRequestSchema)
      let told = 0
      const onCase = (caseId: string): void => {
        if (performance.now() - told < TELL_MS) return
        told = performance.now()
        events.emit({ type: 'cases', caseId })
      }
      const by = await authorOf(config)
      const outcomes = await importLabelled(session.writableRoot, path, by, onCase)
      events.emit({ type: 'cases', caseId: null })
      return answer(outcomesSchema, outcomes)
    })
    .post('/training/check', async (context) => {
      const request = await jsonBody(context, checkRequestSchema)
      const statistics = await readStatistics(resources)
      const { root } = session
      return answer(trainingCheckSchema, await checkTrainingSet(root, request, engine, statistics))
    })
  return app
}
