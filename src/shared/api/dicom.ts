import { z } from 'zod'
import { dicomListingSchema } from '../dicom'

/**
 * DICOM on its way into the workspace. A study is opened by paths or sent file by file, listed, and let go of with DELETE
 * /api/dicom/:study; the host forgets it by itself after a while. Who was scanned is in the listing, to be shown, and nowhere else.
 */

/**
 * POST /api/dicom {paths}: opens what is DICOM among paths that the host can read (folders, zip archives, files).
 */
export const dicomOpenRequestSchema = z.strictObject({
  paths: z.array(z.string().min(1)).min(1)
})
export const dicomOpenedSchema = z.strictObject({
  /** Null where none of them is DICOM. */
  study: z.string().nullable(),
  /** Those of the paths that are none. */
  images: z.array(z.string())
})

/** POST /api/dicom/uploads: a study that is to be sent. POST /api/dicom/:study/files?name=FILE with the bytes as body: one file of it. */
export const dicomUploadSchema = z.strictObject({ study: z.string() })

/** GET /api/dicom/:study. GET /api/dicom/:study/series/:number/preview is the middle slice of a series as PNG. */
export const dicomStudySchema = z.strictObject({
  listing: dicomListingSchema,
  /** Free names for new cases, one for each series, that say nothing of the patient. */
  names: z.array(z.string())
})
export type DicomStudyView = z.infer<typeof dicomStudySchema>

/** What a case made of DICOM may be called: a BIDS subject. */
export const caseNameSchema = z
  .string()
  .regex(/^[A-Za-z0-9]{1,40}$/, 'letters and digits, 40 at most')

export const dicomImportSchema = z.strictObject({
  /** Number in the listing. */
  number: z.int().positive(),
  /** Of the case that it becomes. */
  name: caseNameSchema,
  /** Read a tilted stack as if it were straight. */
  repair: z.boolean().default(false)
})
export type DicomImport = z.infer<typeof dicomImportSchema>
/** POST /api/dicom/:study/import → ImportOutcome[], one for each series. */
export const dicomImportRequestSchema = z.strictObject({
  series: z.array(dicomImportSchema).min(1).max(100)
})
