import { z } from 'zod'

/**
 * What is wrong, or worth knowing, with a DICOM series: `unreadable` series cannot be opened, `repairable` ones can when
 * asked for, `warning` leaves the reading alone.
 */
export const dicomProblemSchema = z.strictObject({
  severity: z.enum(['unreadable', 'repairable', 'warning']),
  code: z.enum([
    'not-an-image',
    'no-position',
    'single-slice',
    'mosaic',
    'colour',
    'packing',
    'voxel-type',
    'damaged-files',
    'missing-slices',
    'duplicate-positions',
    'unequal-spacing',
    'tilted',
    'mixed',
    'copies',
    'localizer',
    'derived',
    'not-mr',
    'not-t1',
    'contrast-agent',
    'thick-slices',
    'identity'
  ]),
  /** One line without the name of the series. */
  text: z.string()
})
export type DicomProblem = z.infer<typeof dicomProblemSchema>

/** Who was scanned, as the files say; an empty text where they say nothing. To be shown, never to be copied. */
export const dicomPatientSchema = z.strictObject({
  name: z.string(),
  id: z.string(),
  /** YYYYMMDD */
  birthDate: z.string(),
  sex: z.string()
})
export type DicomPatient = z.infer<typeof dicomPatientSchema>

const triple = z.tuple([z.number(), z.number(), z.number()])

/** One volume of a DICOM study. A series whose images make several volumes is listed once for each. */
export const dicomSeriesSchema = z.strictObject({
  /** Place in the list, from 1 on: what `--series` takes. */
  number: z.int().positive(),
  /** The SeriesInstanceUID; of a series of several volumes followed by `#1`, `#2`, … */
  id: z.string(),
  seriesUid: z.string(),
  studyUid: z.string(),
  seriesNumber: z.number().nullable(),
  modality: z.string(),
  description: z.string(),
  studyDescription: z.string(),
  /** YYYYMMDD */
  studyDate: z.string(),
  manufacturer: z.string(),
  patient: dicomPatientSchema,
  files: z.int().nonnegative(),
  /** Columns, rows, slices. */
  size: z.tuple([z.int(), z.int(), z.int()]),
  /** Millimetres between columns, rows and slices, from the positions of the slices; null where these make no grid. */
  spacing: triple.nullable(),
  plane: z.enum(['axial', 'coronal', 'sagittal']).nullable(),
  /** Degrees between the plane's normal and the body axis that is nearest. */
  obliqueDegrees: z.number().nullable(),
  /** How the voxels are stored: the transfer syntax in words. */
  packing: z.string(),
  multiFrame: z.boolean(),
  /** Whether it can be opened; `repairable` problems count as no. */
  readable: z.boolean(),
  /** How well it suits the hippocampus in a T1-weighted scan; more is better, below 0 is not suited. */
  score: z.number(),
  /** Clearly the best of the list. */
  proposed: z.boolean(),
  problems: z.array(dicomProblemSchema)
})
export type DicomSeriesSummary = z.infer<typeof dicomSeriesSchema>

export const dicomListingSchema = z.strictObject({
  series: z.array(dicomSeriesSchema),
  /** Files that are no DICOM, or DICOM without images (a DICOMDIR, a report). */
  otherFiles: z.int().nonnegative(),
  /** DICOM files that cannot be read. */
  damaged: z.array(z.strictObject({ file: z.string(), problem: z.string() }))
})
export type DicomListing = z.infer<typeof dicomListingSchema>

/** What a request says of a DICOM scan. */
export const dicomRequestSchema = z.strictObject({
  /** Number in the list or SeriesInstanceUID; null for the only series or the clearly best. */
  series: z.string().min(1).nullable(),
  /** DICOM SEG file to write as well. */
  seg: z.string().min(1).nullable(),
  /** Copy the patient and the study's particulars into it. */
  keepIdentity: z.boolean()
})
export type DicomRequest = z.infer<typeof dicomRequestSchema>
