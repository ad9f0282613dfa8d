import type { ActivationStatistics } from './activation-statistics'

/** Firing thresholds by layer: one number, or one a channel. */
export type Thresholds = Map<string, number[]>

export interface ThresholdOptions {
  /** Percentile of the activations that the largest firing rate (one spike a timestep) stands for. */
  percentile: number
  granularity: 'layer' | 'channel'
  /**
   * Factor on all thresholds, the amplitude of the spikes with them: below 1 the steps of the rate code get finer where most activations
   * lie, and the largest ones saturate. That pays at few timesteps.
   */
  scale: number
}

export const THRESHOLD_DEFAULTS: ThresholdOptions = {
  percentile: 99.9,
  granularity: 'layer',
  scale: 1
}

/** A channel that never wakes still needs a threshold above 0: this fraction of its layer's. */
const SMALLEST_CHANNEL_FRACTION = 1e-2

/**
 * Threshold balancing by percentile (Rueckauer et al. 2017): the threshold of a layer is a high percentile of its activations over the
 * calibration cases.
 *
 * @throws RangeError for a layer without any positive activation (see the pre-conversion check)
 */
export function balanceThresholds(
  statistics: ReadonlyMap<string, ActivationStatistics>,
  { percentile, granularity, scale }: ThresholdOptions
): Thresholds {
  const thresholds: Thresholds = new Map()
  for (const [layer, distribution] of statistics) {
    // A percentile among the silent activations says nothing; the maximum is then the only hold.
    const ofLayer = distribution.percentile(percentile) || distribution.maximum()
    if (!(ofLayer > 0)) throw new RangeError(`layer ${layer} has no positive activation`)
    const values =
      granularity === 'layer'
        ? [ofLayer]
        : distribution
            .channelPercentiles(percentile)
            .map((value) => Math.max(value, ofLayer * SMALLEST_CHANNEL_FRACTION))
    thresholds.set(
      layer,
      values.map((value) => value * scale)
    )
  }
  return thresholds
}
