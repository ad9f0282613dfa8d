import { z } from 'zod'
import { headBoxSchema } from './head'
import { segmentResultSchema } from './jobs'
import { spikeModeSchema } from './model'

/** The three stages on one image: request and result of the engine's job `stages`. */

/** Numbers of timesteps that the spiking stages are run for, besides the fine-tuned network's own. */
export const STAGE_TIMESTEPS = [1, 2, 4, 8, 16, 32] as const

export const STAGES = ['ann', 'converted', 'fineTuned'] as const
export type StageName = (typeof STAGES)[number]

/** Something for each stage. */
export function perStage<T>(make: (stage: StageName) => T): Record<StageName, T> {
  return { ann: make('ann'), converted: make('converted'), fineTuned: make('fineTuned') }
}

const paths = z.strictObject({
  ann: z.string().min(1),
  converted: z.string().min(1),
  fineTuned: z.string().min(1)
})

export const stagesRequestSchema = z.strictObject({
  /** A crop around one hippocampus, or a head. */
  image: z.string().min(1),
  /** Folder of the fine-tuned network. */
  snn: z.string().min(1),
  /** Folder of the ANN that it is held against. */
  ann: z.string().min(1),
  /** Data set that the conversion's thresholds are balanced on; its masks are not looked at. */
  calibration: z.string().min(1),
  /** Mask to score against, on the image's grid; null for the ANN's own. */
  truth: z.string().min(1).nullable(),
  /** Of a head: what to segment. */
  side: z.enum(['left', 'right', 'both']),
  /** Of a head: these in place of located ones. */
  boxes: z.array(headBoxSchema).min(1).max(2).nullable(),
  /** Folder of the template that heads are registered to. */
  template: z.string().min(1),
  /** Files for the masks at the fine-tuned network's own number of timesteps; null for none. */
  masks: paths.nullable(),
  force: z.boolean()
})
export type StagesRequest = z.infer<typeof stagesRequestSchema>

/** A spiking network at a number of timesteps. */
export const stageScoreSchema = z.strictObject({
  timesteps: z.int(),
  diceWhole: z.number(),
  /** Null where the mask that it is scored against knows only the whole. */
  diceAnterior: z.number().nullable(),
  dicePosterior: z.number().nullable(),
  meanFiringRate: z.number(),
  /** ANN ÷ this. */
  energyRatio: z.number()
})
export type StageScore = z.infer<typeof stageScoreSchema>

/** What the report says of the stages, whoever asked for it. */
export const stageFindingsSchema = z.strictObject({
  snn: z.string(),
  ann: z.string(),
  /** The fine-tuned network's own number, at which the masks and the layers are compared. */
  timesteps: z.int(),
  /** What the Dice is taken against. Without a mask it tells how far a stage agrees with the ANN, and not how right it is. */
  diceAgainst: z.enum(['truth', 'ann']),
  /** Null where it is what the others are scored against. */
  annDice: z
    .strictObject({
      whole: z.number(),
      anterior: z.number().nullable(),
      posterior: z.number().nullable()
    })
    .nullable(),
  /** By number of timesteps, rising. */
  converted: z.array(stageScoreSchema),
  fineTuned: z.array(stageScoreSchema),
  /** Mean |a − r| / mean |a|: a the ANN's activations of a layer, r = net spikes × amplitude / T. Null where the ANN's are all 0. */
  layerErrors: z.array(
    z.strictObject({
      layer: z.string(),
      converted: z.number().nullable(),
      fineTuned: z.number().nullable()
    })
  ),
  /** How the plain conversion was made. */
  conversion: z.strictObject({
    mode: spikeModeSchema,
    /** Percentile of a layer's activations that is its threshold, and a factor on it. */
    percentile: z.number(),
    scale: z.number(),
    /** That the activations were taken over. */
    cases: z.int()
  }),
  warnings: z.array(z.string())
})
export type StageFindings = z.infer<typeof stageFindingsSchema>

export const stageResultSchema = segmentResultSchema.omit({ out: true })

export const stagesResultSchema = z.strictObject({
  ...stageFindingsSchema.shape,
  /** What a segmentation by each stage comes to. */
  stages: z.strictObject({
    ann: stageResultSchema,
    converted: stageResultSchema,
    fineTuned: stageResultSchema
  }),
  seconds: z.number()
})
export type StagesResult = z.infer<typeof stagesResultSchema>
