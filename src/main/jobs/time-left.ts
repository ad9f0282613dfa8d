/** Below this share of a stage its pace says nothing. */
const LEAST_FRACTION = 0.05

/** Seconds by stage, in the order that the stages came. */
export type StageSeconds = Readonly<Record<string, number>>

/** What an estimate is made of. */
export interface Pace {
  /** The stage that a job is in, and since when. */
  stage: string
  seconds: number
  /** How much of the stage was done when that was last told, so long after its begin; null where it is unknown. */
  fraction: number | null
  toldAtSeconds: number
  /** What came before; a stage that comes a second time has its first one here. */
  passed: StageSeconds
  /** What jobs like this one took; null where there was none. */
  usual: StageSeconds | null
}

/**
 * Seconds that a job will still take: the rest of its stage, from its pace or else from what it usually takes, and the stages that usually follow.
 *
 * @returns null where the rest of the stage is unknown, or the stage takes longer than was to be expected: no number is better than a wrong one
 */
export function secondsLeft(pace: Pace): number | null {
  const rest = restOfStage(pace)
  if (rest === null) return null
  const usual = Object.entries(pace.usual ?? {})
  const at = usual.findIndex(([stage]) => stage === pace.stage)
  return usual
    .slice(at + 1)
    .filter(([stage]) => !(stage in pace.passed))
    .reduce((sum, [, seconds]) => sum + seconds, rest)
}

function restOfStage(pace: Pace): number | null {
  const { stage, seconds, fraction, toldAtSeconds, passed, usual } = pace
  if (fraction === 1) return 0
  const rest =
    fraction !== null && fraction >= LEAST_FRACTION
      ? toldAtSeconds / fraction - seconds
      : (usual?.[stage] ?? 0) - (passed[stage] ?? 0) - seconds
  return rest > 0 ? rest : null
}
