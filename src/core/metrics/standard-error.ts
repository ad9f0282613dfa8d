import type { StructureName } from '../../shared/labels'

/**
 * Half the width of the 95% interval of a volume, in percent of it, over simulated second scans of one head: turned, moved by parts of a voxel and
 * with other noise, then located and segmented anew (docs/decisions/locating.md). For volumes whose own repeatability was not told.
 */
export const STANDARD_ERROR_PERCENT: Readonly<Record<StructureName, number>> = {
  anterior: 10,
  posterior: 10,
  whole: 6
}

/** mm³, of a volume in mm³. */
export function standardErrorMm3(structure: StructureName, volumeMm3: number): number {
  return (STANDARD_ERROR_PERCENT[structure] / 100) * volumeMm3
}
