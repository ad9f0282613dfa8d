import { join } from 'node:path'
import { z } from 'zod'
import type { CaseFacts, IntensityShape } from '../../../shared/training-set'
import { HippospikeError } from '../../../shared/errors'
import { mean, median, percentile, standardDeviation } from '../../../core/metrics/statistics'
import { decileDistance } from '../../../core/training-set/intensity-shape'
import { readJson } from '../json-file'

/** A number's middle and how far cases lie from it. */
const spreadSchema = z.strictObject({ middle: z.number(), spread: z.number().positive() })
type Spread = z.infer<typeof spreadSchema>

/** What the shipped models' training cases are like. */
export const trainingStatisticsSchema = z.strictObject({
  format: z.literal('hippospike-training-statistics'),
  version: z.literal(1),
  /** The command that makes this file. */
  command: z.string(),
  cases: z.int().positive(),
  /** Middles are medians; spreads what the farther of the 1st and 99th percentile lies from them, over that of a normal distribution. */
  intensity: z.strictObject({
    deciles: z.array(z.number()).length(9),
    /** From `deciles`. */
    distance: spreadSchema,
    skewness: spreadSchema,
    noise: spreadSchema
  }),
  /** Of the whole hippocampus; middle and spread are mean and standard deviation. */
  volumeMm3: spreadSchema
})
export type TrainingStatistics = z.infer<typeof trainingStatisticsSchema>

/** @param resources folder of that name */
export async function readStatistics(resources: string): Promise<TrainingStatistics> {
  const path = join(resources, 'models', 'training-statistics.json')
  const found = await readJson(path, trainingStatisticsSchema)
  if (found !== null) return found
  throw new HippospikeError('internal', `${path}: is missing; get a whole copy of Hippospike`)
}

/**
 * The statistics of cases, a hippocampus each.
 *
 * @param command that made them
 */
export function statisticsOf(
  sides: readonly CaseFacts['sides'][number][],
  command: string
): TrainingStatistics {
  const deciles = Array.from({ length: 9 }, (_, n) =>
    rounded(median(sides.map(({ intensity }) => intensity.deciles[n]!)))
  )
  const of = (value: (shape: IntensityShape) => number): Spread =>
    robust(sides.map(({ intensity }) => value(intensity)))
  const volumes = sides.map(({ volumesMm3 }) => volumesMm3.whole)
  return {
    format: 'hippospike-training-statistics',
    version: 1,
    command,
    cases: sides.length,
    intensity: {
      deciles,
      distance: of((shape) => decileDistance(shape.deciles, deciles)),
      skewness: of(({ skewness }) => skewness),
      noise: of(({ noise }) => noise)
    },
    volumeMm3: {
      middle: rounded(mean(volumes)),
      spread: rounded(standardDeviation(volumes))
    }
  }
}

/** Distance from the middle in spreads. */
export function deviation(value: number, { middle, spread }: Spread): number {
  return (value - middle) / spread
}

/** The 99th percentile of the standard normal distribution. */
const NORMAL_99 = 2.3263

function robust(values: readonly number[]): Spread {
  const middle = median(values)
  const [low, high] = [percentile(values, 1), percentile(values, 99)]
  const spread = Math.max(middle - low, high - middle) / NORMAL_99
  return { middle: rounded(middle), spread: rounded(spread) }
}

function rounded(value: number): number {
  return Number(value.toPrecision(5))
}
