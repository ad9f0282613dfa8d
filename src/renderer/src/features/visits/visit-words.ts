import type { VisitComparison, VolumeChange } from '../../../../shared/api/visits'
import { volumeText } from '../../ui/format'

/** A change with its sign: `+12`, `−120`, `0`. */
export function signedText(value: number, digits = 0): string {
  const text = Math.abs(value).toFixed(digits)
  if (Number(text) === 0) return text
  return `${value > 0 ? '+' : '−'}${text}`
}

/** What is to be thought of the change of a whole hippocampus. */
export function changeSentence(change: VolumeChange): string {
  const { before, after, percent, interval, isWithinError, side } = change
  const who = side === null ? 'The hippocampus' : `The ${side} hippocampus`
  if (before === 0 || after === 0) return `${who} was not found at one of the visits.`
  const difference = after - before
  const verb = difference < 0 ? 'lost' : 'gained'
  const share = percent === null ? '' : ` (${Math.abs(percent).toFixed(1)} %)`
  const size = `${volumeText(Math.abs(difference))} mm³${share}`
  const error = `± ${volumeText(interval)} mm³`
  return isWithinError
    ? `${who} changed by ${size}: within what repeated segmentation gives (${error}), so it may be no change at all.`
    : `${who} ${verb} ${size}: more than repeated segmentation gives (${error}).`
}

/** Where the error comes from, and what is not in it. */
export function errorNote(changes: readonly VolumeChange[]): string {
  const bases = new Set(
    changes.filter(({ structure }) => structure === 'whole').map(({ basis }) => basis)
  )
  const own = 'segmenting these very scans again in moved boxes'
  const standard =
    'simulated second scans of other heads, moved and with other noise, as these scans’ own repeatability was not measured'
  const source = [...bases].map((basis) => (basis === 'standard' ? standard : own)).join(', or ')
  return (
    `± is the 95 % interval of the difference, from ${source}. Another scanner or protocol, ` +
    'or a patient who moves, adds to it.'
  )
}

/** How long lies between the visits; null where a date is not known. */
export function timeBetween({ days }: Pick<VisitComparison, 'days'>): string | null {
  if (days === null) return null
  const length = Math.abs(days)
  const text =
    length < 60
      ? `${String(length)} days`
      : length < 700
        ? `${(length / 30.44).toFixed(0)} months`
        : `${(length / 365.25).toFixed(1)} years`
  return days < 0 ? `${text} backwards` : text
}
