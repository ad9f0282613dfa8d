import { regionVolumes } from './head-report'
import type { SegmentedRegion } from './infer-region'

/** What the user should look at before trusting the mask of a crop. */
export function cropWarnings(found: SegmentedRegion): string[] {
  const { whole } = regionVolumes(found)
  if (whole === 0) return ['no hippocampus found: is this a T1-weighted crop around one?']
  if (whole < 500 || whole > 8000) {
    return [
      `the whole volume of ${whole.toFixed(0)} mm³ is unusual for one hippocampus; check the mask`
    ]
  }
  return []
}
