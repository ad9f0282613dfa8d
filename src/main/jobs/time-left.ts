/** Below this share of a stage its pace says nothing. */
const LEAST_FRACTION = 0.05

/** What an estimate is made of. */
export interface Pace {
  /** Since the job was started. */
  elapsedSeconds: number
  /** Of the stage, which began after `stageStartSeconds`; null where unknown. */
  fraction: number | null
  stageStartSeconds: number
  /** What the last job like this one took; null where there was none. */
  expectedSeconds: number | null
}

/**
 * Seconds that a job will still take: from the pace of its stage, or else from what the last job like it took.
 *
 * @returns null where neither is known, or the job has taken longer than expected: no number is better than a wrong one
 */
export function secondsLeft(pace: Pace): number | null {
  const { elapsedSeconds, fraction, stageStartSeconds, expectedSeconds } = pace
  if (fraction !== null && fraction >= LEAST_FRACTION && fraction < 1) {
    return (elapsedSeconds - stageStartSeconds) * (1 / fraction - 1)
  }
  if (expectedSeconds === null || elapsedSeconds >= expectedSeconds) return null
  return expectedSeconds - elapsedSeconds
}
