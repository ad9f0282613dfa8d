import { z } from 'zod'
import { stageFindingsSchema } from '../stages'

/**
 * The three stages on one case: an ANN, its plain conversion, and the fine-tuned network. POST /api/jobs {kind: 'stages', caseId, snn,
 * truth} computes; GET /api/cases/:case/stages → the last StagesReport, null where there was none.
 */
export const stagesReportSchema = z.strictObject({
  ...stageFindingsSchema.shape,
  caseId: z.string(),
  /** Result that the Dice is taken against; null without one. */
  truth: z.string().nullable(),
  createdAt: z.string(),
  /** Results of the case that show each stage; null where one is gone. */
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
  /** Spiking model to look at. */
  snn: z.string().min(1),
  /** Result to score against; null for none. */
  truth: z.string().nullable()
})
export type StagesJobRequest = z.infer<typeof stagesJobRequestSchema>
