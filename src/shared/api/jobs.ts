import { z } from 'zod'
import { headBoxSchema } from '../head'
import { stagesJobRequestSchema } from './stages'
import { trainingRunSchema } from './training'

/** Transitions: queued → running → done | failed | cancelled | interrupted; queued → cancelled. */
export const jobStateSchema = z.enum([
  'queued',
  'running',
  'done',
  'failed',
  'cancelled',
  'interrupted'
])
export type JobState = z.infer<typeof jobStateSchema>

/** POST /api/jobs {NewJobRequest} → AppJob. One job runs at a time; others wait. */
export const segmentJobRequestSchema = z.strictObject({
  kind: z.literal('segment'),
  caseId: z.string().min(1),
  model: z.string().min(1),
  timesteps: z.int().min(1).max(64).nullable(),
  runtime: z.string().nullable(),
  /** Of a head: what to segment. */
  side: z.enum(['left', 'right', 'both']).default('both'),
  /** Of a head: these in place of located ones. */
  boxes: z.array(headBoxSchema).min(1).max(2).nullable().default(null)
})
export type SegmentJobRequest = z.infer<typeof segmentJobRequestSchema>
/** What may be posted to /api/jobs. */
export const newJobRequestSchema = z.discriminatedUnion('kind', [
  segmentJobRequestSchema,
  stagesJobRequestSchema
])
export type NewJobRequest = z.infer<typeof newJobRequestSchema>

/** A training run's turn: started, resumed and paused under /api/training/runs. */
export const trainJobRequestSchema = z.strictObject({
  kind: z.literal('train'),
  runId: z.string().min(1)
})
export type TrainJobRequest = z.infer<typeof trainJobRequestSchema>

export const appJobRequestSchema = z.discriminatedUnion('kind', [
  segmentJobRequestSchema,
  stagesJobRequestSchema,
  trainJobRequestSchema
])
export type AppJobRequest = z.infer<typeof appJobRequestSchema>

export const appJobSchema = z.strictObject({
  id: z.string(),
  request: appJobRequestSchema,
  state: jobStateSchema,
  /** Of the stage that it is in. */
  stage: z.string().nullable(),
  message: z.string().nullable(),
  /** 0 to 1; null where unknown. */
  fraction: z.number().nullable(),
  secondsLeft: z.number().nullable(),
  /** What jobs like this one took on this machine; null where there was none. */
  usualSeconds: z.number().nullable(),
  startedAt: z.string().nullable(),
  finishedAt: z.string().nullable(),
  /** Why it failed. */
  problem: z.string().nullable(),
  /**
   * Set where it failed because the hippocampi could not be located: where they may lie, to place boxes there by hand, or none where nothing
   * is known.
   */
  guess: z.array(headBoxSchema).nullable().default(null),
  /** Of the result that it made. */
  resultId: z.string().nullable()
})
export type AppJob = z.infer<typeof appJobSchema>

/**
 * GET /api/jobs → AppJob[]; DELETE /api/jobs/:job cancels → AppJob.
 * GET /api/events: NDJSON for as long as the reader reads: first a job event for each job, then every change. `cases` says that
 * the list of cases or a case's results changed, by whichever window. `training` is a run that began, went on or changed; `runs`: one
 * was removed or brought back; `models`: the workspace has other models, or another default.
 */
export const appEventSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('job'), job: appJobSchema }),
  z.strictObject({ type: z.literal('cases'), caseId: z.string().nullable() }),
  z.strictObject({ type: z.literal('workspace') }),
  z.strictObject({ type: z.literal('training'), run: trainingRunSchema }),
  z.strictObject({ type: z.literal('runs') }),
  z.strictObject({ type: z.literal('models') }),
  z.strictObject({ type: z.literal('heartbeat') })
])
export type AppEvent = z.infer<typeof appEventSchema>
