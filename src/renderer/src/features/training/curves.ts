import type { CurvePoint } from '../../../../shared/api/training'

/** What the charts of a run show, from the points of its curves. */

export type CurveStage = CurvePoint['stage']

export interface LossCurve {
  steps: number[]
  loss: number[]
  /** Mean of the steps around it, as far as they are there. */
  smooth: number[]
}

/** Steps that a point of the smooth line is the mean of, on either side of it, as a share of all. */
const SMOOTHING = 0.02
/** Points that are drawn at most: a line of more is no sharper on a screen. */
const DRAWN = 1500

/** The stages that have points, in their order. */
export function stagesOf(points: readonly CurvePoint[]): CurveStage[] {
  return (['ann', 'fine-tuning'] as const).filter((stage) =>
    points.some((point) => point.stage === stage)
  )
}

export function lossCurve(points: readonly CurvePoint[], stage: CurveStage): LossCurve {
  const known = points.filter(
    (point): point is CurvePoint & { loss: number } => point.stage === stage && point.loss !== null
  )
  const loss = known.map((point) => point.loss)
  const reach = Math.max(2, Math.round(known.length * SMOOTHING))
  const sums = [0]
  for (const value of loss) sums.push((sums.at(-1) ?? 0) + value)
  const smooth = loss.map((_, n) => {
    const from = Math.max(0, n - reach)
    const to = Math.min(loss.length, n + reach + 1)
    return ((sums[to] ?? 0) - (sums[from] ?? 0)) / (to - from)
  })
  const every = Math.ceil(known.length / DRAWN)
  const kept = (_: unknown, n: number): boolean => n % every === 0 || n === known.length - 1
  return {
    steps: known.map(({ step }) => step).filter(kept),
    loss: loss.filter(kept),
    smooth: smooth.filter(kept)
  }
}

export interface DiceCurve {
  epochs: number[]
  whole: number[]
  anterior: (number | null)[]
  posterior: (number | null)[]
}

export function diceCurve(points: readonly CurvePoint[], stage: CurveStage): DiceCurve {
  const known = newestByEpoch(points, stage, ({ dice }) => dice)
  return {
    epochs: known.map(([epoch]) => epoch),
    whole: known.map(([, dice]) => dice.whole),
    anterior: known.map(([, dice]) => dice.anterior),
    posterior: known.map(([, dice]) => dice.posterior)
  }
}

export interface RateCurves {
  epochs: number[]
  /** In the order in which the network computes them. */
  layers: { name: string; rates: (number | null)[] }[]
}

export function rateCurves(points: readonly CurvePoint[], stage: CurveStage): RateCurves {
  const known = newestByEpoch(points, stage, ({ firingRate }) => firingRate)
  const names = [...new Set(known.flatMap(([, rates]) => Object.keys(rates)))]
  return {
    epochs: known.map(([epoch]) => epoch),
    layers: names.map((name) => ({ name, rates: known.map(([, rates]) => rates[name] ?? null) }))
  }
}

/** A run that was resumed may have an epoch twice: the later one counts. */
function newestByEpoch<T>(
  points: readonly CurvePoint[],
  stage: CurveStage,
  pick: (point: CurvePoint) => T | null
): [number, T][] {
  const found = new Map<number, T>()
  for (const point of points) {
    const value = pick(point)
    if (point.stage === stage && value !== null) found.set(point.epoch, value)
  }
  return [...found].sort(([a], [b]) => a - b)
}
