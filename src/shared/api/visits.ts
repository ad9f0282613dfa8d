import { z } from 'zod'
import { sideSchema } from '../head'

/**
 * GET /api/visits?from=CASE&to=CASE → VisitComparison: two visits of a subject. Which results are compared may be said by fromResult= and toResult=;
 * without, the newest pair of one model.
 */
export const visitsQuerySchema = z.strictObject({
  from: z.string().min(1),
  to: z.string().min(1),
  fromResult: z.string().min(1).optional(),
  toResult: z.string().min(1).optional()
})

const visitedSchema = z.strictObject({
  caseId: z.string(),
  /** Of the mask; null where the case has none. */
  resultId: z.string().nullable(),
  resultName: z.string().nullable()
})

export const volumeChangeSchema = z.strictObject({
  /** Null for a crop, whose side is not known. */
  side: sideSchema.nullable(),
  structure: z.enum(['anterior', 'posterior', 'whole']),
  /** mm³. */
  before: z.number(),
  after: z.number(),
  /** (after − before) / before. */
  percent: z.number().nullable(),
  /** Percent a year; null where the dates are not known, or are near each other. */
  percentPerYear: z.number().nullable(),
  /** Half the width of the 95% interval of the difference, mm³. */
  interval: z.number(),
  /** Where the interval comes from: moved windows of these very scans, or what was measured elsewhere. */
  basis: z.enum(['repeatability', 'standard']),
  /** Whether segmenting again differs by as much. */
  isWithinError: z.boolean()
})
export type VolumeChange = z.infer<typeof volumeChangeSchema>

export const visitComparisonSchema = z.strictObject({
  from: visitedSchema,
  to: visitedSchema,
  /** Null where a date is not known. */
  days: z.number().nullable(),
  /** Of each side and structure that both masks have; none where a mask is missing. */
  changes: z.array(volumeChangeSchema),
  /** First scan to second, LPS millimetres: rows of a 3×4 affine that turns and moves. */
  link: z.array(z.number()).length(12),
  /** `template`: by how both heads were registered. `scanner`: by the coordinates that the files give, which may be another for each visit. */
  linkedBy: z.enum(['template', 'scanner']),
  warnings: z.array(z.string())
})
export type VisitComparison = z.infer<typeof visitComparisonSchema>
