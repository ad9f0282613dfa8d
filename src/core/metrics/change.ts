/** A volume at two times. */
export interface Change {
  /** mm³. */
  before: number
  after: number
  /** (after − before) / before; null where there was nothing before. */
  percent: number | null
  /** Half the width of the 95% interval of the difference, mm³, from the repeatability of both; null where one is not known. */
  interval: number | null
}

/** Half the widths of the 95% intervals of two volumes, mm³; null for one that is not known. */
export interface VolumeErrors {
  before: number | null
  after: number | null
}

/** How a volume, mm³, has changed; the errors of both are taken for independent. */
export function changeOf(before: number, after: number, errors: VolumeErrors): Change {
  return {
    before,
    after,
    percent: before > 0 ? (100 * (after - before)) / before : null,
    interval:
      errors.before === null || errors.after === null
        ? null
        : Math.hypot(errors.before, errors.after)
  }
}

/** Whether a change may be none at all: it lies within its interval. Null where the interval is not known. */
export function isWithinError({ before, after, interval }: Change): boolean | null {
  return interval === null ? null : Math.abs(after - before) <= interval
}

const DAYS_A_YEAR = 365.25
const MILLISECONDS_A_DAY = 86_400_000
/** What happens in a shorter time is not told by the year: the error would be told many times over. */
const LEAST_DAYS = 60

/** Days between two dates (`2026-01-31`), negative backwards; null where one is not known. */
export function daysBetween(from: string | null, to: string | null): number | null {
  if (from === null || to === null) return null
  return (Date.parse(to) - Date.parse(from)) / MILLISECONDS_A_DAY
}

/** Years between two dates, negative backwards; null where one is not known, or they are too near each other for a rate. */
export function yearsBetween(from: string | null, to: string | null): number | null {
  const days = daysBetween(from, to)
  return days === null || Math.abs(days) < LEAST_DAYS ? null : days / DAYS_A_YEAR
}
