import { z } from 'zod'

const triple = z.tuple([z.number(), z.number(), z.number()])

/**
 * Where the voxels of an image lie, in ITK's convention (LPS millimetres).
 *
 * `direction` is row-major with the axes' unit vectors in its columns, so that
 * `physical = origin + direction · diag(spacing) · index`.
 */
export const geometrySchema = z.object({
  size: z.tuple([z.int().positive(), z.int().positive(), z.int().positive()]),
  spacing: triple,
  origin: triple,
  direction: z.array(z.number()).length(9)
})

export type Geometry = z.infer<typeof geometrySchema>
export type Triple = [number, number, number]
