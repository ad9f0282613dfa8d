import { z } from 'zod'
import { sideSchema, structureVolumesSchema } from './head'
import { maskKindSchema } from './training'

/** What the engine is asked about cases that are to be trained on, and what it answers. */

const triple = z.tuple([z.number(), z.number(), z.number()])

/** How intensities are distributed, whatever their scale: of the z-scores that a network sees. */
export const intensityShapeSchema = z.strictObject({
  skewness: z.number(),
  /** How far voxels lie from the mean of their neighbours, in the median; the less, the smoother. */
  noise: z.number(),
  /** The deciles from the first to the ninth. */
  deciles: z.array(z.number()).length(9)
})
export type IntensityShape = z.infer<typeof intensityShapeSchema>

/** One hippocampus of a mask. */
export const maskSideSchema = z.strictObject({
  /** Null in a crop. */
  side: sideSchema.nullable(),
  mask: maskKindSchema,
  /** Middle of mass, LPS millimetres. */
  centre: triple,
  /** The same of each part; null where the mask has none. */
  anterior: triple.nullable(),
  posterior: triple.nullable(),
  /** Longest stretch of the image's axes that it covers, from outer face to outer face. */
  spanMm: z.number(),
  volumesMm3: structureVolumesSchema
})
export type MaskSide = z.infer<typeof maskSideSchema>

/** What is seen of a case's voxels. */
export const caseFactsSchema = z.strictObject({
  /** Of the voxels with their axes in canonical order: the same however they are stored. */
  imageSha256: z.string(),
  maskSha256: z.string(),
  /** Of the mask without its parts. */
  foregroundSha256: z.string(),
  /** Where the mask's grid is not the image's: how. */
  grid: z.string().nullable(),
  /** Labels of the mask that no table has. */
  strangeLabels: z.array(z.number()),
  sides: z.array(maskSideSchema.extend({ intensity: intensityShapeSchema }))
})
export type CaseFacts = z.infer<typeof caseFactsSchema>

/** An image and its mask. */
const pair = { image: z.string().min(1), mask: z.string().min(1) }

export const inspectRequestSchema = z.strictObject({
  cases: z.array(z.strictObject(pair)).min(1)
})
export type InspectRequest = z.infer<typeof inspectRequestSchema>
/** Of each case; where it cannot be read, why. */
export const inspectResultSchema = z.array(
  z.union([caseFactsSchema, z.strictObject({ problem: z.string() })])
)
export type InspectResult = z.infer<typeof inspectResultSchema>

export const cutRequestSchema = z.strictObject({
  cases: z
    .array(
      z.strictObject({
        ...pair,
        /** What to cut: null for the whole of a crop. */
        crops: z
          .array(
            z.strictObject({
              side: sideSchema.nullable(),
              mask: maskKindSchema,
              imageOut: z.string().min(1),
              labelOut: z.string().min(1)
            })
          )
          .min(1)
      })
    )
    .min(1)
})
export type CutRequest = z.infer<typeof cutRequestSchema>
export const cutResultSchema = z.null()
