import { z } from 'zod'

/**
 * POST /api/cases/:case/results/:result/export → ExportOutcome. With a path (Electron's save dialog) the file is written there; without,
 * it is kept for the browser to fetch: GET /api/downloads/:id.
 */
export const exportRequestSchema = z.strictObject({
  format: z.enum(['nifti', 'nrrd-seg', 'probabilities', 'csv', 'json', 'report']),
  /**
   * native: as the mask has them, 1 anterior, 2 posterior of a crop, 1–4 by side of a head; freesurfer: 17 left, 53 right for the whole;
   * sides: 1–4 by side. The last two need to be told the side of a crop.
   */
  labels: z.enum(['native', 'freesurfer', 'sides']),
  side: z.enum(['left', 'right']).nullable(),
  /** One file a label instead of one for all. */
  separate: z.boolean(),
  path: z.string().nullable(),
  overwrite: z.boolean()
})
export type ExportRequest = z.infer<typeof exportRequestSchema>

export const exportOutcomeSchema = z.strictObject({
  files: z.array(
    z.strictObject({
      name: z.string(),
      /** Where it was written; null for a download. */
      path: z.string().nullable(),
      downloadId: z.string().nullable(),
      bytes: z.int(),
      sha256: z.string(),
      /** What was read back and found equal; null for text. */
      checked: z.string().nullable()
    })
  )
})
export type ExportOutcome = z.infer<typeof exportOutcomeSchema>
