import { z } from 'zod'
import { geometrySchema } from '../geometry'
import {
  headBoxSchema,
  headReportSchema,
  sideSchema,
  structureVolumesSchema as volumesSchema
} from '../head'

/** Whose scan a case is, and which of that subject's visits. */
export const visitSchema = z.strictObject({
  /** For people, and what visits of one subject have in common. */
  subject: z.string().trim().min(1).max(64),
  /** `02`, `12 months`; null where it has none. */
  label: z.string().trim().min(1).max(64).nullable(),
  /** `2026-01-31`; null where it is not known. */
  date: z.iso.date('give a date as 2026-01-31').nullable()
})
export type Visit = z.infer<typeof visitSchema>

/** Which hippocampus a crop shows; null where nobody has said. */
export const cropSideSchema = sideSchema.nullable()

/** GET /api/cases: the list, visits of a subject beside each other in their order. */
export const caseSummarySchema = z.strictObject({
  /** The BIDS entities of its scan, without `sub-`: `01`, `01_ses-2`. */
  id: z.string(),
  /** What the user has said of it, or else what its name and the dataset's tables say; null where that is the id alone. */
  visit: visitSchema.nullable().default(null),
  side: cropSideSchema.default(null),
  /** The file that it was imported from. */
  name: z.string(),
  importedAt: z.string(),
  size: z.tuple([z.int(), z.int(), z.int()]),
  spacing: z.tuple([z.number(), z.number(), z.number()]),
  state: z.enum(['new', 'segmented', 'corrected']),
  /** Of the newest result, mm³. */
  volumesMm3: volumesSchema.nullable(),
  /** The same of each whole hippocampus, where it is a head; null for a side that was not asked for. */
  wholeMm3: z
    .strictObject({ left: z.number().nullable(), right: z.number().nullable() })
    .nullable()
    .default(null)
})
export type CaseSummary = z.infer<typeof caseSummarySchema>
export const caseListSchema = z.array(caseSummarySchema)

/** PUT /api/cases/:case/visit {visit}, null for what the dataset says; PUT /api/cases/:case/side {side} of a crop → CaseSummary. */
export const setVisitRequestSchema = z.strictObject({ visit: visitSchema.nullable() })
export const setSideRequestSchema = z.strictObject({ side: cropSideSchema })

/**
 * POST /api/cases {paths}: imports files that the host can read. POST /api/cases/upload?name=FILE with the bytes as body: one file.
 * With `repair` (a query `repair=true` of the upload) a sheared image becomes a case whose axes are the nearest orthonormal ones.
 * POST /api/cases/sample: the sample case that comes with the program, with its expert's mask as a result of kind `truth`; where it is
 * imported already, that case. All → ImportOutcome[].
 */
export const importRequestSchema = z.strictObject({
  paths: z.array(z.string().min(1)).min(1),
  repair: z.boolean().default(false)
})
export const importOutcomeSchema = z.strictObject({
  name: z.string(),
  /** Null where it failed. */
  caseId: z.string().nullable(),
  problem: z.string().nullable(),
  /** Whether the problem goes away where the import is asked for again with `repair`. */
  repairable: z.boolean(),
  warnings: z.array(z.string())
})
export type ImportOutcome = z.infer<typeof importOutcomeSchema>

/**
 * GET /api/cases/:case/image: where the voxels lie and how to show them. The voxels themselves are
 * GET /api/cases/:case/image/voxels: float32, little-endian, x fastest. With ?narrow=true they are uint8 or int16 where these hold each of
 * them exactly; the length tells.
 */
export const caseImageSchema = z.strictObject({
  geometry: geometrySchema,
  /** Smallest and largest finite voxel. */
  range: z.tuple([z.number(), z.number()]),
  /** What to show first: from the 1st percentile to the 99th of what is brighter than the mean. */
  window: z.strictObject({ low: z.number(), high: z.number() }),
  /** Volume of a voxel in mm³. */
  voxelMm3: z.number()
})
export type CaseImage = z.infer<typeof caseImageSchema>

/**
 * GET /api/cases/:case/image/boxes → HeadBox[]: where boxes around both hippocampi begin that are placed by hand, where nothing is known of the
 * head but its image.
 */
export const startBoxesSchema = z.array(headBoxSchema)

/** What a segmentation cost; null where it does not apply (an ANN, a manual mask). */
export const costSchema = z.strictObject({
  seconds: z.number(),
  runtime: z.string(),
  meanFiringRate: z.number().nullable(),
  synapticOperations: z.number().nullable(),
  /** Of the ANN of the same shape. */
  macs: z.number(),
  /** ANN ÷ SNN, 4.6 pJ a MAC and 0.9 pJ an accumulate. */
  energyRatio: z.number().nullable()
})
export type Cost = z.infer<typeof costSchema>

export const versionSchema = z.strictObject({
  version: z.int().min(1),
  savedAt: z.string(),
  /** Who saved it: the user's name on this machine, or the model. */
  by: z.string(),
  how: z.string(),
  /** Voxels that differ from the version before; null for the first. */
  changedVoxels: z.int().nullable()
})
export type Version = z.infer<typeof versionSchema>

/** That a person has looked at a version of a mask and calls it right, so that a model may learn from it. */
export const approvalSchema = z.strictObject({
  at: z.string(),
  by: z.string(),
  version: z.int().min(1)
})

/** A mask of a case: made by a model, or by hand. GET /api/cases/:case/results → the list, the newest first. */
export const resultSchema = z.strictObject({
  /** The `seg-<name>` of its file. */
  id: z.string(),
  /** For people. */
  name: z.string(),
  kind: z.enum(['model', 'manual', 'truth']),
  model: z.string().nullable(),
  stage: z.string().nullable(),
  timesteps: z.int().nullable(),
  createdAt: z.string(),
  volumesMm3: volumesSchema,
  /** Of a head that was segmented; null for a crop, or a mask made by hand. */
  head: headReportSchema.nullable().default(null),
  /** Mean probability of the label that was chosen, over the mask's voxels; null for a manual mask. */
  confidence: z.number().nullable(),
  cost: costSchema.nullable(),
  warnings: z.array(z.string()),
  /** Whether the spikes of the run are on disk. */
  hasSpikes: z.boolean(),
  hasProbabilities: z.boolean(),
  /** The newest last; a version is never overwritten. */
  versions: z.array(versionSchema).min(1),
  /** Of the newest version, which alone can have one: a change of the mask takes it away. */
  approved: approvalSchema.nullable().default(null)
})
export type Result = z.infer<typeof resultSchema>
export const resultListSchema = z.array(resultSchema)

/**
 * GET  /api/cases/:case/results/:result/mask[?version=N]: uint8 on the image's grid, x fastest.
 * PUT  the same, body uint8, query `how`: saves a new version → Result. Any body may come with `content-encoding: gzip`.
 * POST /api/cases/:case/results {from, name}: a manual result, a copy of another or empty (from null) → Result.
 * POST /api/cases/:case/results/:result/restore {version}: a new version with an old one's voxels → Result.
 * PUT  /api/cases/:case/results/:result/journal, body uint8: what is drawn but not saved; GET it after a crash (204: none); DELETE.
 * DELETE /api/cases/:case: to the workspace's trash → {trashId}; POST /api/trash/:trashId/restore brings it back.
 * POST /api/cases/:case/results/upload?name=FILE&kind=KIND with the bytes as body, or …/results/import {path, kind}: a mask that was made
 * elsewhere, on the image's grid, as a result → Result.
 * DELETE /api/cases/:case/results/:result: to the trash → {trashId}.
 */
export const importedKindSchema = z.enum(['manual', 'truth'])
export const importResultRequestSchema = z.strictObject({
  path: z.string().min(1),
  kind: importedKindSchema
})
export const newResultRequestSchema = z.strictObject({
  from: z.string().nullable(),
  name: z.string().min(1).max(60)
})
export const restoreVersionRequestSchema = z.strictObject({ version: z.int().min(1) })
export const trashedSchema = z.strictObject({ trashId: z.string() })

/** GET /api/cases/:case/compare?a=RESULT&b=RESULT */
const scoreSchema = z.strictObject({
  dice: z.number(),
  /** Null where one mask is empty. */
  hd95Mm: z.number().nullable(),
  /** b − a, mm³. */
  volumeDifferenceMm3: z.number()
})
const scoresSchema = z.strictObject({
  anterior: scoreSchema,
  posterior: scoreSchema,
  whole: scoreSchema
})
export const comparisonSchema = z.strictObject({
  ...scoresSchema.shape,
  /** Of each side of a head; null for a crop. */
  sides: z.strictObject({ left: scoresSchema, right: scoresSchema }).nullable()
})
export type Comparison = z.infer<typeof comparisonSchema>
