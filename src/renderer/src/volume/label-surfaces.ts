import type { Geometry, Triple } from '../../../shared/geometry'
import { boundingBox, labelSurface, type Surface } from './surface'

export interface SurfacesWork {
  readonly geometry: Geometry
  /** On the geometry's grid. */
  readonly labels: Uint8Array<ArrayBuffer>
  /** Labels to find. */
  readonly wanted: readonly number[]
  /** Those of them to make a surface of. */
  readonly shown: readonly number[]
}

export interface LabelSurfaces {
  /** Those that have a voxel, by label. */
  readonly surfaces: readonly { readonly label: number; readonly surface: Surface }[]
  /** First and last voxel of all wanted labels together; null where there is none. */
  readonly box: { readonly min: Triple; readonly max: Triple } | null
}

/** The surfaces of a mask and where it lies. */
export function labelSurfaces({ geometry, labels, wanted, shown }: SurfacesWork): LabelSurfaces {
  const boxes = wanted
    .map((label) => boundingBox(geometry.size, labels, label))
    .filter((box) => box !== null)
  const over = (pick: (...values: number[]) => number, corner: 'min' | 'max'): Triple =>
    [0, 1, 2].map((axis) => pick(...boxes.map((box) => box[corner][axis]!))) as Triple
  return {
    surfaces: shown
      .map((label) => ({ label, surface: labelSurface(geometry, labels, label) }))
      .filter(({ surface }) => surface.triangles.length > 0),
    box: boxes.length === 0 ? null : { min: over(Math.min, 'min'), max: over(Math.max, 'max') }
  }
}
