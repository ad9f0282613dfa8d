import type { Geometry, Triple } from '../../../shared/geometry'
import { standardDeviation } from '../../../core/metrics/statistics'
import { boxCentre, centredGrid } from '../../../core/head/box-grid'
import type { Predictor } from '../inference/predictor'
import { yieldToHost, type JobContext } from '../jobs/job'
import { regionVolumes } from './head-report'
import { inferCrop, type SegmentedRegion } from './infer-region'
import type { Region } from './region'

/** How far, mm, the window is moved along each of its axes, in both directions. */
const JITTER = 2
/** Half the width of a normal distribution's middle 95% in standard deviations. */
const HALF_WIDTH_95 = 1.96

/**
 * How much a volume depends on where the window happened to lie: the mask is made again in eight windows, each moved by 2 mm along all three axes.
 *
 * @returns half the width of the interval that holds 95% of such volumes, mm³, by their standard deviation
 */
export async function repeatabilityMm3(
  predictor: Predictor,
  found: SegmentedRegion,
  regionAt: (grid: Geometry) => Region,
  context: JobContext
): Promise<number> {
  const { canonical } = found.region.mapping
  const volumes: number[] = []
  for (let corner = 0; corner < 8; corner++) {
    await yieldToHost(context)
    const region = regionAt(moved(canonical, corner))
    const again = await inferCrop(predictor, region, false, context)
    volumes.push(regionVolumes(again).whole)
  }
  return HALF_WIDTH_95 * standardDeviation(Float32Array.from(volumes))
}

/** The grid moved along its axes, forwards for each bit of `corner` that is set, else backwards. */
function moved(grid: Geometry, corner: number): Geometry {
  const steps = [0, 1, 2].map((axis) => ((corner >> axis) & 1 ? JITTER : -JITTER))
  const centre = boxCentre(grid).map(
    (value, row) =>
      value + steps.reduce((sum, step, axis) => sum + step * grid.direction[3 * row + axis]!, 0)
  )
  return centredGrid(grid, centre as Triple)
}
