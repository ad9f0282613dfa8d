import { z } from 'zod'
import { geometrySchema } from './geometry'

/** What is found of a head: where its hippocampi lie, how large they are, and what is to be looked at. */

export const sideSchema = z.enum(['left', 'right'])

/** A box around one hippocampus, in which it is looked for: a grid of 1 mm voxels in the scan's own space. */
export const headBoxSchema = z.strictObject({ side: sideSchema, grid: geometrySchema })
export type HeadBox = z.infer<typeof headBoxSchema>

/** A box, or the voxel of the image that a box of the usual size is put around: 0-based, in stored axis order. */
export const givenBoxSchema = z.union([
  headBoxSchema,
  z.strictObject({
    side: sideSchema,
    voxel: z.tuple([z.int().min(0), z.int().min(0), z.int().min(0)])
  })
])
export type GivenBox = z.infer<typeof givenBoxSchema>

export const structureVolumesSchema = z.strictObject({
  anterior: z.number(),
  posterior: z.number(),
  whole: z.number()
})
export type StructureVolumes = z.infer<typeof structureVolumesSchema>

/** What a user should look at before trusting a mask. */
export const qcFlagSchema = z.strictObject({
  code: z.enum([
    'fit',
    'boxes',
    'edge',
    'empty',
    'small',
    'large',
    'components',
    'confidence',
    'anisotropy',
    'blur',
    'asymmetry'
  ]),
  side: sideSchema.nullable(),
  /** One line: what is seen, and what it may mean. */
  message: z.string()
})
export type QcFlag = z.infer<typeof qcFlagSchema>

export const headReportSchema = z.strictObject({
  /** How the scan was registered; null where the boxes were given, or the mask was drawn or imported. */
  fit: z
    .strictObject({
      /** Template to scan, LPS millimetres: rows of a 3×4 affine. */
      transform: z.array(z.number()).length(12),
      correlation: z.number(),
      coverage: z.number()
    })
    .nullable(),
  /** As they were located, or given; none where the mask was drawn or imported. */
  boxes: z.array(headBoxSchema),
  /** mm³; null for a side that was not asked for. */
  volumesMm3: z.strictObject({
    left: structureVolumesSchema.nullable(),
    right: structureVolumesSchema.nullable()
  }),
  /** Estimate: the template's, times the volume change of the registration; null without one. */
  intracranialMm3: z.number().nullable(),
  /** Whole volumes in ‰ of the intracranial one. */
  normalisedPermille: z.strictObject({ left: z.number().nullable(), right: z.number().nullable() }),
  /** 100 · (left − right) / mean of both, of the whole volumes; null for one side. */
  asymmetryPercent: z.number().nullable(),
  /** Half the width of the 95% interval of the whole volume over moved windows, mm³; null where it was not asked for. */
  repeatabilityMm3: z
    .strictObject({ left: z.number().nullable(), right: z.number().nullable() })
    .nullable()
    .default(null),
  flags: z.array(qcFlagSchema)
})
export type HeadReport = z.infer<typeof headReportSchema>

/** Whether a head was segmented in boxes that a person has placed or moved. */
export function hasOwnBoxes({ fit, boxes }: Pick<HeadReport, 'fit' | 'boxes'>): boolean {
  return fit === null && boxes.length > 0
}
