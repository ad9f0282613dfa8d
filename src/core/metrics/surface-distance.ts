import type { Triple } from '../../shared/geometry'
import type { StructureName } from '../../shared/labels'
import { squaredDistances } from './distance-transform'
import { percentile } from './statistics'
import { perStructure, structureMask } from './structures'

/**
 * Voxels of a mask with at least one of their six face neighbours outside it; beyond the grid counts as outside.
 */
export function boundary(mask: Uint8Array, size: Readonly<Triple>): Uint8Array {
  const [nx, ny, nz] = size
  const out = new Uint8Array(mask.length)
  let n = 0
  for (let k = 0; k < nz; k++) {
    for (let j = 0; j < ny; j++) {
      for (let i = 0; i < nx; i++, n++) {
        if (mask[n] === 0) continue
        const enclosed =
          i > 0 &&
          i < nx - 1 &&
          j > 0 &&
          j < ny - 1 &&
          k > 0 &&
          k < nz - 1 &&
          mask[n - 1] !== 0 &&
          mask[n + 1] !== 0 &&
          mask[n - nx] !== 0 &&
          mask[n + nx] !== 0 &&
          mask[n - nx * ny] !== 0 &&
          mask[n + nx * ny] !== 0
        if (!enclosed) out[n] = 1
      }
    }
  }
  return out
}

/**
 * The 95 % Hausdorff distance in mm: the larger of the two directed 95th percentiles (linear interpolation, as numpy) of
 * the distances from the boundary voxels of one mask to the nearest boundary voxel of the other, between voxel centres.
 *
 * @returns null where one mask is empty or both are
 */
export function hausdorff95(
  a: Uint8Array,
  b: Uint8Array,
  size: Readonly<Triple>,
  spacing: Readonly<Triple>
): number | null {
  const box = jointBox(a, b, size)
  if (box === null) return null
  // Seeds and queries all lie in the box of both masks, so distances within it are those of the whole grid. The boundary
  // is found first: the box's faces are not the mask's.
  const boxSize = box.end.map((end, axis) => end - box.start[axis]!) as Triple
  const edgeA = cut(boundary(a, size), size, box)
  const edgeB = cut(boundary(b, size), size, box)
  const toB = directedDistances(edgeA, squaredDistances(edgeB, boxSize, spacing))
  const toA = directedDistances(edgeB, squaredDistances(edgeA, boxSize, spacing))
  if (toA.length === 0 || toB.length === 0) return null
  return Math.max(percentile(toA, 95), percentile(toB, 95))
}

/** HD95 in mm of each structure between two label maps on one grid; null where either lacks the structure. */
export function hausdorff95Scores(
  prediction: Uint8Array,
  reference: Uint8Array,
  size: Readonly<Triple>,
  spacing: Readonly<Triple>
): Record<StructureName, number | null> {
  return perStructure((structure) =>
    hausdorff95(
      structureMask(prediction, structure),
      structureMask(reference, structure),
      size,
      spacing
    )
  )
}

function directedDistances(edge: Uint8Array, squared: Float64Array): number[] {
  const distances: number[] = []
  edge.forEach((inside, n) => {
    if (inside !== 0) distances.push(Math.sqrt(squared[n]!))
  })
  return distances
}

interface Box {
  start: Triple
  end: Triple
}

function jointBox(a: Uint8Array, b: Uint8Array, size: Readonly<Triple>): Box | null {
  const start: Triple = [...size]
  const end: Triple = [0, 0, 0]
  const [nx, ny] = size
  for (let n = 0; n < a.length; n++) {
    if (a[n] === 0 && b[n] === 0) continue
    const index = [n % nx, Math.floor(n / nx) % ny, Math.floor(n / (nx * ny))]
    index.forEach((value, axis) => {
      start[axis] = Math.min(start[axis]!, value)
      end[axis] = Math.max(end[axis]!, value + 1)
    })
  }
  return end[0] === 0 ? null : { start, end }
}

function cut(mask: Uint8Array, size: Readonly<Triple>, { start, end }: Box): Uint8Array {
  const [nx, ny, nz] = end.map((value, axis) => value - start[axis]!) as Triple
  const out = new Uint8Array(nx * ny * nz)
  for (let k = 0; k < nz; k++) {
    for (let j = 0; j < ny; j++) {
      const from = start[0] + size[0] * (j + start[1] + size[1] * (k + start[2]))
      out.set(mask.subarray(from, from + nx), nx * (j + ny * k))
    }
  }
  return out
}
