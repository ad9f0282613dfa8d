import { z } from 'zod'
import { spikeModeSchema } from './model'
import { runtimeSchema } from './runtime'

/** Training runs of a workspace: what both the program's files and its interface say of them. */

/** `parts`: anterior and posterior are told apart. `whole`: the mask knows only the whole hippocampus. */
export const maskKindSchema = z.enum(['parts', 'whole'])
export type MaskKind = z.infer<typeof maskKindSchema>

/** Voxels of a hippocampus whose part is not known: what a training label has in place of 1 and 2 where the mask is `whole`. */
export const WHOLE_LABEL = 3

/** What a case is for: `test` is held out, and training never sees it. */
export const partSchema = z.enum(['train', 'validation', 'test'])
export type Part = z.infer<typeof partSchema>

/** Overrides of a stage's defaults; the stage's own schema checks them. */
const settings = z.record(z.string(), z.unknown())

/** How a run trains. `fine-tune` goes on from a spiking model; `scheme` runs all three stages. */
export const trainingPlanSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('fine-tune'),
    /** Spiking model to go on from. */
    model: z.string().min(1),
    /** Of the model; null for its default. */
    timesteps: z.int().min(1).max(64).nullable(),
    finetune: settings,
    /** Null for the best one that works. */
    runtime: runtimeSchema.nullable()
  }),
  z.strictObject({
    kind: z.literal('scheme'),
    /** ANN to go on from; null to train one from random weights. */
    model: z.string().min(1).nullable(),
    timesteps: z.int().min(1).max(64),
    mode: spikeModeSchema,
    /** Factor on the thresholds at conversion. */
    scale: z.number().positive(),
    train: settings,
    finetune: settings,
    runtime: runtimeSchema.nullable()
  })
])
export type TrainingPlan = z.infer<typeof trainingPlanSchema>

/**
 * What a run is in, from its start to its verdict. `done`, `failed`, `cancelled` and `interrupted` are over for now: the last two, and
 * `paused`, can be resumed; so can `failed`, once its reason is gone.
 */
export const runStateSchema = z.enum([
  'queued',
  'preparing',
  'ann',
  'converting',
  'fine-tuning',
  'evaluating',
  'done',
  'paused',
  'failed',
  'cancelled',
  'interrupted'
])
export type RunState = z.infer<typeof runStateSchema>

/** One side of one case, as it is trained on. */
export const runCaseSchema = z.strictObject({
  /** Of the data set in the run's folder. */
  id: z.string(),
  caseId: z.string(),
  resultId: z.string(),
  /** Version of the mask. */
  version: z.int().min(1),
  side: z.enum(['left', 'right']).nullable(),
  mask: maskKindSchema,
  part: partSchema
})
export type RunCase = z.infer<typeof runCaseSchema>

/** `run.json` of a run: with the data set beside it, everything that makes its model again. */
export const runRecordSchema = z.strictObject({
  format: z.literal('hippospike-run'),
  version: z.literal(1),
  program: z.string(),
  id: z.string(),
  name: z.string(),
  createdAt: z.string(),
  plan: trainingPlanSchema,
  cases: z.array(runCaseSchema).min(1),
  /** SHA-256 of the data set beside it. */
  dataSha256: z.string()
})
export type RunRecord = z.infer<typeof runRecordSchema>

/** Dice's coefficients of one case, or means over cases. */
export const diceSchema = z.strictObject({
  /** Null where the mask knows only the whole, as `posterior`. */
  anterior: z.number().nullable(),
  posterior: z.number().nullable(),
  whole: z.number()
})
export type VerdictDice = z.infer<typeof diceSchema>

/** One case before and after. */
export const verdictCaseSchema = z.strictObject({
  id: z.string(),
  before: diceSchema,
  after: diceSchema
})

/** A set of cases before and after training. */
export const verdictSetSchema = z.strictObject({
  cases: z.array(verdictCaseSchema),
  /** Means over the cases. */
  before: diceSchema,
  after: diceSchema,
  /** Two-sided Wilcoxon signed-rank test on the Dice of the whole; null below six cases that changed. */
  p: z.number().nullable()
})
export type VerdictSet = z.infer<typeof verdictSetSchema>

/** `verdict.json`. */
export const verdictSchema = z.strictObject({
  /** The held-out cases; null where there were none. */
  site: verdictSetSchema.nullable(),
  /** Cases that come with the program: what was forgotten. */
  reference: verdictSetSchema,
  /** In a word, by the means: `better`, `no-better`, or `forgets` (more than 0.01 lost on the reference). */
  says: z.enum(['better', 'no-better', 'forgets', 'untested'])
})
export type Verdict = z.infer<typeof verdictSchema>
