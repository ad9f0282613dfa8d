import { z } from 'zod'
import { geometrySchema } from '../geometry'

/**
 * Spike activity of a result that a spiking model made, under /api/cases/:case/results/:result/spikes.
 *
 * GET  …              → SpikeInfo
 * GET  …/heat?layer=L&t=T           → uint8 pairs (positive, negative spikes among the layer's channels) a voxel, on `grid`, x fastest
 * GET  …/mask?t=T                   → uint8 on the image's grid: the label map as it stands after timestep T (1-based)
 * GET  …/stable                     → uint8 on the image's grid: last T at which the voxel's label changed, 0 where never; before the first it is background
 * GET  …/raster?layer=L&limit=N     → uint32 triples (timestep from 1, rank of the sampled neuron, 1 or 0 for the sign: 1 positive);
 *                                      min(neurons of the layer, ⌊N / T⌋) neurons are sampled, so that there are never more than N
 * GET  …/neurons?layer=L&x=&y=&z=   → NeuronTrace; indices on the image's grid
 * GET  …/dice                       → DiceOverTime
 * GET  …/masks.nii.gz               → 4-D label maps on the image's grid: volume n is the mask after timestep n + 1
 * GET  …/export.csv                 → firing rates by layer and timestep; …/export.nii.gz?layer=L → 4-D heat maps, positive minus negative
 */
export const spikeInfoSchema = z.strictObject({
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
