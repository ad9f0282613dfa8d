import type { Triple } from '../../shared/geometry'

/** 6: voxels that share a face; 26: also an edge or a corner. */
export type Connectivity = 6 | 26

export interface Components {
  /** Component number of each voxel, from 1 in order of first appearance; 0 outside the mask. */
  component: Int32Array
  /** `sizes[n - 1]` is the number of voxels of component n. */
  sizes: number[]
}

/** Connected components of the voxels that are not 0. */
export function connectedComponents(
  mask: Uint8Array,
  size: Readonly<Triple>,
  connectivity: Connectivity
): Components {
  const component = new Int32Array(mask.length)
  const sizes: number[] = []
  const stack = new Int32Array(mask.length)
  const [nx, ny, nz] = size
  const neighbours = offsets(connectivity)
  for (let seed = 0; seed < mask.length; seed++) {
    if (mask[seed] === 0 || component[seed] !== 0) continue
    const number = sizes.length + 1
    let count = 0
    let top = 0
    stack[top++] = seed
    component[seed] = number
    while (top > 0) {
      const voxel = stack[--top]!
      count++
      const i = voxel % nx
      const j = Math.floor(voxel / nx) % ny
      const k = Math.floor(voxel / (nx * ny))
      for (const [di, dj, dk] of neighbours) {
        const x = i + di
        const y = j + dj
        const z = k + dk
        if (x < 0 || y < 0 || z < 0 || x >= nx || y >= ny || z >= nz) continue
        const other = x + nx * (y + ny * z)
        if (mask[other] === 0 || component[other] !== 0) continue
        component[other] = number
        stack[top++] = other
      }
    }
    sizes.push(count)
  }
  return { component, sizes }
}

/** Number of connected components of each label but 0. */
export function componentCounts(
  labels: Uint8Array,
  size: Readonly<Triple>,
  connectivity: Connectivity
): Map<number, number> {
  const counts = new Map<number, number>()
  for (const label of presentLabels(labels)) {
    const mask = labels.map((value) => (value === label ? 1 : 0))
    counts.set(label, connectedComponents(mask, size, connectivity).sizes.length)
  }
  return counts
}

/**
 * Keeps the largest connected component of each label (the first of equally large ones); the rest becomes 0.
 *
 * @returns the cleaned map and how many voxels were taken away
 */
export function keepLargestComponents(
  labels: Uint8Array,
  size: Readonly<Triple>,
  connectivity: Connectivity
): { voxels: Uint8Array; removed: number } {
  const voxels = new Uint8Array(labels.length)
  let removed = 0
  for (const label of presentLabels(labels)) {
    const mask = labels.map((value) => (value === label ? 1 : 0))
    const { component, sizes } = connectedComponents(mask, size, connectivity)
    const largest = sizes.indexOf(Math.max(...sizes)) + 1
    component.forEach((number, n) => {
      if (number === largest) voxels[n] = label
      else if (number > 0) removed++
    })
  }
  return { voxels, removed }
}

/**
 * Keeps the largest connected component of all labels together (the first of equally large ones); the rest becomes 0.
 *
 * @returns the cleaned map and how many voxels were taken away
 */
export function keepLargestComponent(
  labels: Uint8Array,
  size: Readonly<Triple>,
  connectivity: Connectivity
): { voxels: Uint8Array; removed: number } {
  const { component, sizes } = connectedComponents(labels, size, connectivity)
  if (sizes.length < 2) return { voxels: labels, removed: 0 }
  const most = Math.max(...sizes)
  const largest = sizes.indexOf(most) + 1
  return {
    voxels: labels.map((label, n) => (component[n] === largest ? label : 0)),
    removed: sizes.reduce((sum, count) => sum + count, -most)
  }
}

function presentLabels(labels: Uint8Array): number[] {
  return [...new Set(labels)].filter((label) => label > 0).sort((a, b) => a - b)
}

function offsets(connectivity: Connectivity): Triple[] {
  const all: Triple[] = []
  for (const dk of [-1, 0, 1]) {
    for (const dj of [-1, 0, 1]) {
      for (const di of [-1, 0, 1]) {
        const moved = Math.abs(di) + Math.abs(dj) + Math.abs(dk)
        if (moved > 0 && (connectivity === 26 || moved === 1)) all.push([di, dj, dk])
      }
    }
  }
  return all
}
