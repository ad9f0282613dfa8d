import type { Finding } from '../../../shared/api/training'
import type { Side } from '../../../shared/labels'
import type { CaseFacts } from '../../../shared/training-set'
import { decileDistance } from '../../../core/training-set/intensity-shape'
import { deviation, type TrainingStatistics } from './statistics'
import { warning } from './trainable-mask'

/** Spreads from the middle beyond which a case is pointed out; the shipped models' own cases lie within. */
const MOST_INTENSITY = 4
const MOST_VOLUME = 3.5

/** What of a case is unlike the cases that the shipped models were trained on. */
export function outlierFindings(
  { sides }: Pick<CaseFacts, 'sides'>,
  statistics: TrainingStatistics
): Finding[] {
  return sides.flatMap(({ side, intensity, volumesMm3 }) => [
    ...intensityFindings(side, intensity, statistics),
    ...volumeFindings(side, volumesMm3.whole, statistics)
  ])
}

function intensityFindings(
  side: Side | null,
  { skewness, noise, deciles }: CaseFacts['sides'][number]['intensity'],
  { intensity: usual }: TrainingStatistics
): Finding[] {
  const off = [
    deviation(decileDistance(deciles, usual.deciles), usual.distance) > MOST_INTENSITY
      ? 'its greys are spread otherwise'
      : Math.abs(deviation(skewness, usual.skewness)) > MOST_INTENSITY
        ? 'its greys lean to another side'
        : null,
    deviation(noise, usual.noise) > MOST_INTENSITY
      ? 'it is noisier'
      : deviation(noise, usual.noise) < -MOST_INTENSITY
        ? 'it is smoother'
        : null
  ].filter((one) => one !== null)
  if (off.length === 0) return []
  return [
    warning(
      'intensity',
      `the image around ${nameOf(side)} is unlike those that the model was trained on: ${off.join(', and ')}; check that it is a T1-weighted scan and not damaged`
    )
  ]
}

function volumeFindings(
  side: Side | null,
  whole: number,
  { volumeMm3: usual }: TrainingStatistics
): Finding[] {
  if (Math.abs(deviation(whole, usual)) <= MOST_VOLUME) return []
  const [least, most] = [-1, 1].map((sign) =>
    Math.round((usual.middle + sign * MOST_VOLUME * usual.spread) / 100)
  )
  return [
    warning(
      'volume',
      `${nameOf(side)} has ${whole.toFixed(0)} mm³ in its mask, unusual for an adult (${least! * 100} to ${most! * 100} mm³); check the mask`
    )
  ]
}

function nameOf(side: Side | null): string {
  return side === null ? 'the hippocampus' : `the ${side} hippocampus`
}
