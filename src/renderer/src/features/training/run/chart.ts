import type UPlot from 'uplot'

/** Pixels. */
export const CHART_HEIGHT = 160

/** The axes of a chart whose x runs further than timesteps do. */
export function ownTicks(axes: UPlot.Axis[]): UPlot.Axis[] {
  const [x, ...others] = axes
  const incrs = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 50_000]
  return [{ ...x, incrs, space: 40 }, ...others]
}
