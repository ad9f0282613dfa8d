/**
 * Difference of two sides against their mean, in percent: 100 · (left − right) / ((left + right) / 2). Positive where the left is larger.
 *
 * @returns null where both are empty
 */
export function asymmetryPercent(left: number, right: number): number | null {
  const mean = (left + right) / 2
  return mean > 0 ? (100 * (left - right)) / mean : null
}

/** A volume in thousandths of the intracranial one; null where that is not known. */
export function permilleOf(volumeMm3: number, intracranialMm3: number | null): number | null {
  return intracranialMm3 === null ? null : (1000 * volumeMm3) / intracranialMm3
}
