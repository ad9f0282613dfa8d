import { z } from 'zod'
import { geometrySchema } from '../geometry'
import { sideSchema } from '../head'

/**
 * Spike activity of a result that a spiking model made, under /api/cases/:case/results/:result/spikes.
 *
 * A head has spikes of its left and of its right hippocampus: `side=left|right` says which are meant, and is left out for a crop. Masks
 * (`mask`, `stable`, `masks.nii.gz`) are of both together and take no side; SpikeInfo is of the first where none is named.
 *
 * GET  …              → SpikeInfo
 * GET  …/heat?layer=L&t=T           → uint8 pairs (positive, negative spikes among the layer's channels) a voxel, on `grid`, x fastest
 * GET  …/mask?t=T                   → uint8 on the image's grid: the label map as it stands after timestep T (1-based); of an inference that
 *                                      took fewer timesteps, as it ended. `part=box`: on `extent` alone, outside of which it is 0
 * GET  …/stable                     → uint8 on the image's grid: last T at which the voxel's label changed, 0 where never; before the first it is
 *                                      background. `part=box`: on `extent` alone
 * GET  …/raster?layer=L&limit=N     → uint32 triples (timestep from 1, rank of the sampled neuron, 1 or 0 for the sign: 1 positive);
 *                                      min(neurons of the layer, ⌊N / T⌋) neurons are sampled, so that there are never more than N
 * GET  …/neurons?layer=L&x=&y=&z=   → NeuronTrace; indices on the image's grid
 * GET  …/dice                       → DiceOverTime
 * GET  …/masks.nii.gz               → 4-D label maps on the image's grid: volume n is the mask after timestep n + 1
 * GET  …/export.csv                 → firing rates by layer and timestep; …/export.nii.gz?layer=L → 4-D heat maps, positive minus negative
 */
const place = z.tuple([z.int(), z.int(), z.int()])

/** A box of the image's voxels, the end exclusive. */
const imageBoxSchema = z.strictObject({ start: place, end: place })
export type ImageBox = z.infer<typeof imageBoxSchema>

export const spikeInfoSchema = z.strictObject({
  /** Which hippocampus of a head this is; null for a crop. */
  side: sideSchema.nullable(),
  /** What the network looked at: of a head a box a side, of a crop one. */
  boxes: z.array(imageBoxSchema.extend({ side: sideSchema.nullable() })).min(1),
  /** The smallest box that holds all of them. */
  extent: imageBoxSchema,
  timesteps: z.int().min(1),
  mode: z.enum(['binary', 'ternary', 'ternary-memory']),
  /** Of the heat maps: the network's input grid, before padding. */
  grid: geometrySchema,
  layers: z.array(
    z.strictObject({
      name: z.string(),
      level: z.int().min(0),
      channels: z.int(),
      neurons: z.int(),
      /** Spikes per neuron at each timestep. */
      rates: z.array(z.number()),
      /** The largest number of spikes among the channels of a voxel, over all timesteps. */
      peak: z.int()
    })
  )
})
export type SpikeInfo = z.infer<typeof spikeInfoSchema>

/** In units of the threshold. */
export const neuronTraceSchema = z.strictObject({
  layer: z.string(),
  /** On the layer's own grid. */
  voxel: z.tuple([z.int(), z.int(), z.int()]),
  /** [channel][timestep], before the reset. */
  potentials: z.array(z.array(z.number())),
  /** [channel][timestep], −1, 0 or 1. */
  spikes: z.array(z.array(z.int()))
})
export type NeuronTrace = z.infer<typeof neuronTraceSchema>

export const diceOverTimeSchema = z.array(
  z.strictObject({
    t: z.int(),
    /** Of the whole hippocampus, against the mask at the last timestep. */
    toFinal: z.number(),
    /** Against the ground truth of the case; null where there is none. */
    toTruth: z.number().nullable(),
    changedVoxels: z.int()
  })
)
export type DiceOverTime = z.infer<typeof diceOverTimeSchema>
