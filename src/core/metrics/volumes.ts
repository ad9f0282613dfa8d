import type { StructureName } from '../../shared/labels'
import { voxelVolume } from '../volume/geometry'
import type { Volume } from '../volume/volume'
import { perStructure, structureMask } from './structures'

/** Volume of each structure of a label map in mm³: its voxels times the volume of one. */
export function volumesMm3(labels: Volume<Uint8Array>): Record<StructureName, number> {
  const single = voxelVolume(labels.geometry)
  return perStructure((structure) => {
    const mask = structureMask(labels.voxels, structure)
    return mask.reduce((sum, inside) => sum + inside, 0) * single
  })
}
