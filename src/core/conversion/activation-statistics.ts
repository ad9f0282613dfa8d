/** Bins of the histogram, spread evenly over the logarithm of the activation: each is 0.5% wide. */
const BINS_PER_E = 200
const LOWEST_LOG = -14
const HIGHEST_LOG = 14
const BINS = (HIGHEST_LOG - LOWEST_LOG) * BINS_PER_E

/**
 * The distribution of a layer's activations over the calibration cases, a channel at a time. Tens of millions of numbers go in, so they
 * are counted in logarithmic bins; a percentile is exact to 0.5%.
 */
export class ActivationStatistics {
  private readonly counts: Uint32Array[]
  /** Activations that are not positive, by channel. */
  private readonly silent: Float64Array
  private readonly maxima: Float32Array
  private lowest = Infinity

  constructor(readonly channels: number) {
    this.counts = Array.from({ length: channels }, () => new Uint32Array(BINS))
    this.silent = new Float64Array(channels)
    this.maxima = new Float32Array(channels)
  }

  /** @param activations any number of voxels, channels innermost */
  add(activations: Float32Array): void {
    const { channels, counts, silent, maxima } = this
    for (let at = 0; at < activations.length;) {
      for (let c = 0; c < channels; c++, at++) {
        const value = activations[at]!
        if (value < this.lowest) this.lowest = value
        if (!(value > 0)) {
          silent[c] = silent[c]! + 1
          continue
        }
        if (value > maxima[c]!) maxima[c] = value
        const bin = Math.floor((Math.log(value) - LOWEST_LOG) * BINS_PER_E)
        const column = counts[c]!
        const clamped = Math.min(BINS - 1, Math.max(0, bin))
        column[clamped] = column[clamped]! + 1
      }
    }
  }

  /** The smallest activation seen; below 0 a layer cannot be converted. */
  minimum(): number {
    return this.lowest
  }

  maximum(): number {
    return this.maxima.reduce((max, value) => Math.max(max, value), 0)
  }

  /** Percentile (0–100) of all activations of the layer, silent ones included; 0 where it falls among them. */
  percentile(percent: number): number {
    const summed = new Float64Array(BINS)
    for (const column of this.counts) {
      for (let bin = 0; bin < BINS; bin++) summed[bin] = summed[bin]! + column[bin]!
    }
    const silent = this.silent.reduce((sum, n) => sum + n, 0)
    return percentileOf(summed, silent, this.maximum(), percent)
  }

  /** The same a channel. */
  channelPercentiles(percent: number): number[] {
    return this.counts.map((column, c) =>
      percentileOf(column, this.silent[c]!, this.maxima[c]!, percent)
    )
  }
}

function percentileOf(
  counts: ArrayLike<number>,
  silent: number,
  maximum: number,
  percent: number
): number {
  let total = silent
  for (let bin = 0; bin < BINS; bin++) total += counts[bin]!
  const rank = (percent / 100) * total
  if (rank >= total) return maximum
  let seen = silent
  if (rank <= seen) return 0
  for (let bin = 0; bin < BINS; bin++) {
    seen += counts[bin]!
    if (seen >= rank) return Math.min(maximum, Math.exp(LOWEST_LOG + (bin + 0.5) / BINS_PER_E))
  }
  return maximum
}
