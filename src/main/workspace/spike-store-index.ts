import { z } from 'zod'
import { geometrySchema } from '../../shared/geometry'
import { eventPrecisionSchema } from '../../shared/jobs'
import { spikeModeSchema } from '../../shared/model'
import type { CanonicalMapping } from '../../core/volume/resample'

/** Newest version of a spike store that this program reads and the one it writes. */
export const SPIKE_STORE_VERSION = 1
export const INDEX_FILE = 'index.json'

const index = z.int().min(0)
const axis = z.int().min(0).max(2)
const size = z.tuple([z.int().positive(), z.int().positive(), z.int().positive()])
const place = z.tuple([index, index, index])

/** A binary file of the store, as it was written. */
const fileSchema = z.strictObject({
  name: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]*\.bin$/),
  bytes: index,
  sha256: z.string().regex(/^[0-9a-f]{64}$/)
})
export type StoredFile = z.infer<typeof fileSchema>

const layerSchema = z.strictObject({
  name: z.string().min(1),
  level: index,
  size,
  channels: z.int().positive(),
  /** At each timestep. */
  spikes: z.array(z.strictObject({ positive: index, negative: index })),
  /** The most spikes of one sign among the channels of a voxel at one timestep. */
  peak: index,
  /** The masks of positive spikes, then those of negative ones where there are any. */
  file: fileSchema,
  hasNegative: z.boolean()
})
export type StoredLayer = z.infer<typeof layerSchema>

/** index.json: everything about the spikes of one segmentation but the spikes. */
export const spikeStoreIndexSchema = z.strictObject({
  format: z.literal('hippospike-spikes'),
  version: z.int().positive(),
  model: z.strictObject({
    id: z.string().min(1),
    weightsSha256: z.string(),
    mode: spikeModeSchema,
    /** Asked for, which decides the weights; fewer may have been run. */
    timesteps: z.int().min(1),
    precision: eventPrecisionSchema
  }),
  timesteps: z.int().min(1),
  classes: z.int().min(2),
  /** Size of the image. */
  imageSize: size,
  /** The part of the image that was segmented: start and exclusive end; null for all of it. */
  roi: z.strictObject({ start: place, end: size }).nullable(),
  /** Grid of that part. */
  source: geometrySchema,
  /** The network's grid before padding. */
  canonical: geometrySchema,
  /** Set where the canonical grid is the source's voxels in another order. */
  order: z
    .strictObject({
      axes: z.tuple([axis, axis, axis]),
      flipped: z.tuple([z.boolean(), z.boolean(), z.boolean()])
    })
    .nullable(),
  paddedSize: size,
  /** Of the first voxel of the canonical grid in the padded one. */
  paddedOffset: place,
  layers: z.array(layerSchema).min(1),
  /** float32, the output layer's current at each timestep: [T, nz, ny, nx, K] on the canonical grid. */
  output: fileSchema,
  /** float32, the padded image as it went in, x fastest. */
  input: fileSchema
})
export type SpikeStoreIndex = z.infer<typeof spikeStoreIndexSchema>

/** How the network's grid and the segmented region's correspond. */
export function mappingOf({ source, canonical, order }: SpikeStoreIndex): CanonicalMapping {
  return { source, canonical, exact: order }
}
