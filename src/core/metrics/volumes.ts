import { SIDE_OFFSET, type Side, type StructureName } from '../../shared/labels'
import { voxelVolume } from '../volume/geometry'
import type { Volume } from '../volume/volume'
import { perStructure, STRUCTURE_LABELS } from './structures'

/** Volume of each structure of a label map in mm³, of both sides together: its voxels times the volume of one. */
export function volumesMm3({
  geometry,
  voxels
}: Volume<Uint8Array>): Record<StructureName, number> {
  const counts = labelCounts(voxels)
  const single = voxelVolume(geometry)
  return perStructure((structure) => countOf(counts, STRUCTURE_LABELS[structure]) * single)
}

/** The same of each side of a head. */
export function sideVolumesMm3({
  geometry,
  voxels
}: Volume<Uint8Array>): Record<Side, Record<StructureName, number>> {
  const counts = labelCounts(voxels)
  const single = voxelVolume(geometry)
  const of = (side: Side): Record<StructureName, number> => {
    const own = [1, 2].map((label) => label + SIDE_OFFSET[side])
    return perStructure((structure) => {
      const labels = STRUCTURE_LABELS[structure].filter((label) => own.includes(label))
      return countOf(counts, labels) * single
    })
  }
  return { left: of('left'), right: of('right') }
}

/** Voxels of each label, 256 numbers. */
export function labelCounts(voxels: Uint8Array): Float64Array {
  const counts = new Float64Array(256)
  let labelled = 0
  for (let n = 0; n < voxels.length; n++) {
    const label = voxels[n]!
    // Nearly all of a head's mask is background, and to count up one number after the other would wait for each.
    if (label === 0) continue
    counts[label]!++
    labelled++
  }
  counts[0] = voxels.length - labelled
  return counts
}

function countOf(counts: Float64Array, labels: readonly number[]): number {
  return labels.reduce((sum, label) => sum + counts[label]!, 0)
}
