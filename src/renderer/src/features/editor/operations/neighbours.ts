import type { Triple } from '../../../../../shared/geometry'

/**
 * Calls back with the places of the neighbours of a voxel inside the grid.
 *
 * @param reach 1: across faces; 3: across edges and corners too
 * @param fixedAxis stored axis along which there are none; null for all three
 */
export function eachNeighbour(
  size: Readonly<Triple>,
  offset: number,
  reach: 1 | 3,
  fixedAxis: number | null,
  visit: (offset: number) => void
): void {
  const [nx, ny, nz] = size
  const i = offset % nx
  const rows = Math.floor(offset / nx)
  const j = rows % ny
  const k = Math.floor(rows / ny)
  for (let z = fixedAxis === 2 ? 0 : -1; z <= (fixedAxis === 2 ? 0 : 1); z++) {
    if (k + z < 0 || k + z >= nz) continue
    for (let y = fixedAxis === 1 ? 0 : -1; y <= (fixedAxis === 1 ? 0 : 1); y++) {
      if (j + y < 0 || j + y >= ny) continue
      for (let x = fixedAxis === 0 ? 0 : -1; x <= (fixedAxis === 0 ? 0 : 1); x++) {
        if (i + x < 0 || i + x >= nx) continue
        const distance = Math.abs(x) + Math.abs(y) + Math.abs(z)
        if (distance === 0 || distance > reach) continue
        visit(offset + x + nx * (y + ny * z))
      }
    }
  }
}
