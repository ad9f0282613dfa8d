import { z } from 'zod'

/**
 * The three stages on one case: an ANN, its plain conversion, and the fine-tuned network. POST /api/jobs {kind: 'stages', caseId, snn,
 * truth} computes; GET /api/cases/:case/stages → StagesReport (404: not computed yet).
 */
const scoreSchema = z.strictObject({
  timesteps: z.int(),
  /** Against the mask that was named, of crops of it where it is a head; null without one. */
  diceWhole: z.number().nullable(),
  diceAnterior: z.number().nullable(),
  dicePosterior: z.number().nullable(),
  meanFiringRate: z.number(),
  /** ANN ÷ this. */
  energyRatio: z.number()
})

export const stagesReportSchema = z.strictObject({
  caseId: z.string(),
  snn: z.string(),
  ann: z.string(),
  /** Result that the Dice is taken against; null without one. */
  truth: z.string().nullable(),
  createdAt: z.string(),
  annDice: z
    .strictObject({ whole: z.number(), anterior: z.number(), posterior: z.number() })
    .nullable(),
  /** By number of timesteps, rising. */
  converted: z.array(scoreSchema),
  fineTuned: z.array(scoreSchema),
  /** At the fine-tuned network's own T: mean |a − r| / mean |a|, a the ANN's activations (of the layer it came from), r spikes × amplitude / T. */
  layerErrors: z.array(
    z.strictObject({ layer: z.string(), converted: z.number(), fineTuned: z.number() })
  ),
  /** Results of the case that show each stage; null where one could not be kept. */
  results: z.strictObject({
    ann: z.string().nullable(),
    converted: z.string().nullable(),
    fineTuned: z.string().nullable()
  })
})
export type StagesReport = z.infer<typeof stagesReportSchema>

export const stagesJobRequestSchema = z.strictObject({
  kind: z.literal('stages'),
  caseId: z.string().min(1),
  /** Fine-tuned model to look at. */
  snn: z.string().min(1),
  /** Result to score against; null for none. */
  truth: z.string().nullable()
})
export type StagesJobRequest = z.infer<typeof stagesJobRequestSchema>
