import type { Geometry, Triple } from '../../../shared/geometry'

/** Voxels in a grid. */
export function voxelCount(size: Readonly<Triple>): number {
  return size[0] * size[1] * size[2]
}

/** Place of a voxel index (x fastest) in a volume's array. */
export function offsetOf(size: Readonly<Triple>, index: Readonly<Triple>): number {
  return index[0] + size[0] * (index[1] + size[1] * index[2])
}

/** The voxel index of a place in a volume's array: the inverse of {@link offsetOf}. */
export function indexOf(size: Readonly<Triple>, offset: number): Triple {
  const rows = Math.floor(offset / size[0])
  return [offset % size[0], rows % size[1], Math.floor(rows / size[1])]
}

/** `origin + direction · diag(spacing) · index`, LPS millimetres; the index may lie between voxels. */
export function indexToMm(geometry: Geometry, index: Readonly<Triple>): Triple {
  const { origin, spacing, direction: d } = geometry
  const [x, y, z] = [index[0] * spacing[0], index[1] * spacing[1], index[2] * spacing[2]]
  return [0, 1, 2].map(
    (row) => origin[row]! + d[3 * row]! * x + d[3 * row + 1]! * y + d[3 * row + 2]! * z
  ) as Triple
}

/** The continuous voxel index of a point in LPS millimetres. The direction must be orthonormal; it may be mirrored. */
export function mmToIndex(geometry: Geometry, mm: Readonly<Triple>): Triple {
  const { origin, spacing, direction: d } = geometry
  const offset = [mm[0] - origin[0], mm[1] - origin[1], mm[2] - origin[2]] as const
  return [0, 1, 2].map(
    (axis) =>
      (d[axis]! * offset[0] + d[3 + axis]! * offset[1] + d[6 + axis]! * offset[2]) / spacing[axis]!
  ) as Triple
}

/** The voxel that holds a continuous index, or null outside the grid. */
export function voxelAt(size: Readonly<Triple>, index: Readonly<Triple>): Triple | null {
  const voxel = index.map((value) => Math.round(value) + 0) as Triple
  return voxel.every((value, axis) => value >= 0 && value < size[axis]!) ? voxel : null
}

/** The voxel of the grid nearest to a continuous index. */
export function nearestVoxel(size: Readonly<Triple>, index: Readonly<Triple>): Triple {
  return index.map(
    (value, axis) => Math.min(size[axis]! - 1, Math.max(0, Math.round(value))) + 0
  ) as Triple
}

/** Centre of the grid in LPS millimetres. */
export function centreOf(geometry: Geometry): Triple {
  return indexToMm(geometry, geometry.size.map((n) => (n - 1) / 2) as Triple)
}

/** Unit vector of a stored axis, LPS. */
export function axisVector(geometry: Geometry, axis: number): Triple {
  const d = geometry.direction
  return [d[axis]!, d[3 + axis]!, d[6 + axis]!]
}
