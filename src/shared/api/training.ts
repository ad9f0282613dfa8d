import { z } from 'zod'
import {
  diceSchema,
  maskKindSchema,
  partSchema,
  runCaseSchema,
  runStateSchema,
  trainingPlanSchema,
  verdictSchema
} from '../training'

/** What is wrong with a case, or with a set of cases. An `error` must be gone before training starts. */
export const findingSchema = z.strictObject({
  level: z.enum(['error', 'warning']),
  /** What it is about, for tests and icons. */
  kind: z.enum([
    'no-mask',
    'not-approved',
    'empty-mask',
    'labels',
    'shape',
    'side',
    'duplicate',
    'contradiction',
    'intensity',
    'volume',
    'too-few',
    'unreadable'
  ]),
  /** A sentence: what was found, and what to do. */
  message: z.string()
})
export type Finding = z.infer<typeof findingSchema>

/**
 * GET /api/training/cases → every case of the workspace as something to train on.
 * PUT /api/cases/:case/results/:result/approval {approved} → Result: a person says that a mask is right.
 */
export const candidateSchema = z.strictObject({
  caseId: z.string(),
  name: z.string(),
  /** The mask that would be used: the newest approved one, else the newest that a person made or corrected; null without any. */
  mask: z
    .strictObject({
      resultId: z.string(),
      name: z.string(),
      version: z.int(),
      kind: maskKindSchema,
      approved: z.boolean()
    })
    .nullable(),
  /** Hippocampi that the mask shows: null stands for a crop's, whose side is not known. */
  sides: z.array(z.enum(['left', 'right']).nullable()),
  findings: z.array(findingSchema)
})
export type Candidate = z.infer<typeof candidateSchema>
export const candidateListSchema = z.array(candidateSchema)
export const approvalRequestSchema = z.strictObject({ approved: z.boolean() })

/** POST /api/training/import {path}: labelled cases of a folder (Decathlon, BIDS with masks, or image/label pairs) become cases → ImportOutcome[]. */
export const importLabelledRequestSchema = z.strictObject({ path: z.string().min(1) })

/** POST /api/training/check {caseIds, seed} → how these would be trained on. */
export const checkRequestSchema = z.strictObject({
  caseIds: z.array(z.string().min(1)),
  seed: z.int().min(0).max(0xffff_ffff)
})
export const trainingCheckSchema = z.strictObject({
  cases: z.array(
    z.strictObject({
      caseId: z.string(),
      /** Both sides of a head, and all scans of a subject, are in the same part; null where an error keeps it out. */
      part: partSchema.nullable(),
      findings: z.array(findingSchema)
    })
  ),
  /** About the set. */
  findings: z.array(findingSchema),
  counts: z.strictObject({ train: z.int(), validation: z.int(), test: z.int() }),
  canStart: z.boolean()
})
export type TrainingCheck = z.infer<typeof trainingCheckSchema>

/** POST /api/training/preflight {plan, caseIds} → what it would take, from a step that is measured now. */
export const preflightRequestSchema = z.strictObject({
  plan: trainingPlanSchema,
  caseIds: z.array(z.string().min(1)).min(1)
})
export const preflightSchema = z.strictObject({
  runtime: z.string(),
  steps: z.int(),
  secondsPerStep: z.number(),
  /** Of the whole run, evaluation included. */
  seconds: z.number(),
  memoryBytes: z.number(),
  diskBytes: z.number(),
  freeDiskBytes: z.number().nullable(),
  /** The gravest first. */
  warnings: z.array(z.string())
})
export type Preflight = z.infer<typeof preflightSchema>

/**
 * POST /api/training/runs {name, caseIds, plan, seed} → TrainingRun, queued; GET /api/training/runs/:run → TrainingRun.
 * GET /api/training/runs → TrainingRun[], the newest first; none while no workspace is open.
 * POST /api/training/runs/:run/pause | cancel | resume | accept | discard → TrainingRun. Accepted, its model becomes one of the workspace and its
 * default. DELETE /api/training/runs/:run: to the trash → {trashId}.
 * GET /api/training/runs/:run/curves → CurvePoint[]; …/previews → PreviewInfo[]; …/previews/:epoch?stage=STAGE&case=CASE → PNG.
 */
export const newRunRequestSchema = z.strictObject({
  name: z.string().min(1).max(60),
  caseIds: z.array(z.string().min(1)).min(1),
  plan: trainingPlanSchema,
  seed: z.int().min(0).max(0xffff_ffff)
})
export type NewRunRequest = z.infer<typeof newRunRequestSchema>

export const trainingRunSchema = z.strictObject({
  id: z.string(),
  name: z.string(),
  createdAt: z.string(),
  plan: trainingPlanSchema,
  cases: z.array(runCaseSchema),
  state: runStateSchema,
  /** Of the whole run, 0 to 1. */
  fraction: z.number(),
  secondsLeft: z.number().nullable(),
  /** What it does now. */
  message: z.string().nullable(),
  /** Why it failed or was interrupted. */
  problem: z.string().nullable(),
  /** Seconds of work so far. */
  seconds: z.number(),
  verdict: verdictSchema.nullable(),
  /** `open` until a person accepts or discards the model. */
  decision: z.enum(['open', 'accepted', 'discarded']),
  /** Of the workspace, once accepted. */
  modelId: z.string().nullable()
})
export type TrainingRun = z.infer<typeof trainingRunSchema>
export const trainingRunListSchema = z.array(trainingRunSchema)

export const curvePointSchema = z.strictObject({
  stage: z.enum(['ann', 'fine-tuning']),
  epoch: z.int(),
  step: z.int(),
  /** Of a step. */
  loss: z.number().nullable(),
  /** Of a validation. */
  dice: diceSchema.nullable(),
  /** Of a validation of a spiking network: spikes per neuron and timestep, by layer. */
  firingRate: z.record(z.string(), z.number()).nullable()
})
export type CurvePoint = z.infer<typeof curvePointSchema>
export const curveListSchema = z.array(curvePointSchema)

/** An example slice of a validation case with the outline of its mask after an epoch; epoch 0 is before training. */
export const previewInfoSchema = z.strictObject({
  stage: z.enum(['ann', 'fine-tuning']),
  epoch: z.int(),
  caseId: z.string()
})
export type PreviewInfo = z.infer<typeof previewInfoSchema>
export const previewListSchema = z.array(previewInfoSchema)

/**
 * The workspace's default model: the shipped one, or the last accepted. GET /api/models/default → DefaultModel; PUT {id}: roll back (or forward).
 * GET /api/models/:model/file: the model as one file; POST /api/models/upload?name=FILE with the bytes as body, or /api/models/import {path} →
 * ModelSummary. DELETE /api/models/:model: one of the workspace to the trash → {trashId}.
 */
export const defaultModelSchema = z.strictObject({
  id: z.string(),
  /** The newest first: what was the default before. */
  history: z.array(z.strictObject({ id: z.string(), since: z.string() }))
})
export type DefaultModel = z.infer<typeof defaultModelSchema>
export const setDefaultModelRequestSchema = z.strictObject({ id: z.string().min(1) })
export const importModelRequestSchema = z.strictObject({ path: z.string().min(1) })
