import type { Triple } from '../../../../../shared/geometry'
import { indexOf } from '../../../volume/grid'
import { relabel, type Edit } from './edit'
import { eachNeighbour } from './neighbours'

export type FillOutcome = { edit: Edit; problem?: never } | { edit?: never; problem: string }

/**
 * Gives a label to the connected region of one label around a voxel. A region of background that reaches the edge of the
 * image is open: filling it would label everything around the structure.
 *
 * @param normalAxis stored axis across the slice to stay in; null fills in all directions
 */
export function fill(
  size: Readonly<Triple>,
  mask: Uint8Array,
  start: number,
  label: number,
  normalAxis: number | null
): FillOutcome {
  const old = mask[start]!
  const region = new Set([start])
  const pending = [start]
  let open = false
  while (pending.length > 0) {
    const offset = pending.pop()!
    if (old === 0 && isOnEdge(size, offset, normalAxis)) {
      open = true
      break
    }
    eachNeighbour(size, offset, 1, normalAxis, (neighbour) => {
      if (mask[neighbour] !== old || region.has(neighbour)) return
      region.add(neighbour)
      pending.push(neighbour)
    })
  }
  if (open) {
    return {
      problem: 'This region is open: it reaches the edge of the image. Close its outline first'
    }
  }
  return { edit: relabel(mask, region, label) }
}

function isOnEdge(size: Readonly<Triple>, offset: number, normalAxis: number | null): boolean {
  return indexOf(size, offset).some(
    (value, axis) => axis !== normalAxis && (value === 0 || value === size[axis]! - 1)
  )
}
