import type { HeadReport } from '../../shared/head'

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

/** What follows of the volumes of both sides. */
export function sideMeasures(
  volumesMm3: HeadReport['volumesMm3'],
  intracranialMm3: number | null
): Pick<HeadReport, 'volumesMm3' | 'intracranialMm3' | 'normalisedPermille' | 'asymmetryPercent'> {
  const { left, right } = volumesMm3
  return {
    volumesMm3,
    intracranialMm3,
    normalisedPermille: {
      left: left && permilleOf(left.whole, intracranialMm3),
      right: right && permilleOf(right.whole, intracranialMm3)
    },
    asymmetryPercent: left && right ? asymmetryPercent(left.whole, right.whole) : null
  }
}
