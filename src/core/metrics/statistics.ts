/** Arithmetic mean in double precision; NaN of nothing. */
export function mean(values: ArrayLike<number>): number {
  let sum = 0
  for (let n = 0; n < values.length; n++) sum += values[n]!
  return sum / values.length
}

/** The mean of the values that are there; null where none is. */
export function meanOfKnown(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null)
  return known.length > 0 ? mean(known) : null
}

/** Population standard deviation (divides by n, as numpy does by default); NaN of nothing. */
export function standardDeviation(values: ArrayLike<number>): number {
  const centre = mean(values)
  let sum = 0
  for (let n = 0; n < values.length; n++) sum += (values[n]! - centre) ** 2
  return Math.sqrt(sum / values.length)
}

/**
 * Percentile (0–100) of values sorted ascending, interpolated linearly between the two nearest ranks: numpy's default
 * (Hyndman and Fan's type 7). NaN of nothing.
 */
export function percentileOfSorted(sorted: ArrayLike<number>, percent: number): number {
  if (sorted.length === 0) return NaN
  const rank = (Math.min(Math.max(percent, 0), 100) / 100) * (sorted.length - 1)
  const below = Math.floor(rank)
  const lower = sorted[below]!
  const upper = sorted[Math.min(below + 1, sorted.length - 1)]!
  return lower + (upper - lower) * (rank - below)
}

/** As {@link percentileOfSorted} for values in any order, which are left as they are. */
export function percentile(values: ArrayLike<number>, percent: number): number {
  return percentileOfSorted(Float64Array.from(values).sort(), percent)
}

/** The middle value, or the mean of the two middle ones; NaN of nothing. */
export function median(values: ArrayLike<number>): number {
  return percentile(values, 50)
}
