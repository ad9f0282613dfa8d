import type { Triple } from '../../../../../shared/geometry'
import { indexOf } from '../../../volume/grid'
import type { Edit } from './edit'
import { eachNeighbour } from './neighbours'

/** Votes of a voxel for its own label; its 26 neighbours have 3, 2 or 1 by whether they share a face, an edge or a corner. */
const OWN_VOTES = 4

/**
 * Smooths the boundaries between labels: every voxel takes the label that most of its neighbourhood has, and keeps its own
 * where there is a draw.
 */
export function smoothLabels(size: Readonly<Triple>, mask: Uint8Array): Edit {
  const offsets: number[] = []
  const labels: number[] = []
  const votes = new Float64Array(256)
  const seen: number[] = []
  const near = boundary(size, mask)
  for (const offset of near) {
    const own = mask[offset]!
    seen.length = 0
    const vote = (label: number, count: number): void => {
      if (votes[label] === 0) seen.push(label)
      votes[label]! += count
    }
    vote(own, OWN_VOTES)
    const here = indexOf(size, offset)
    eachNeighbour(size, offset, 3, null, (neighbour) => {
      const there = indexOf(size, neighbour)
      const distance = there.reduce((sum, value, axis) => sum + Math.abs(value - here[axis]!), 0)
      vote(mask[neighbour]!, 4 - distance)
    })
    let best = own
    for (const label of seen) if (votes[label]! > votes[best]!) best = label
    for (const label of seen) votes[label] = 0
    if (best === own) continue
    offsets.push(offset)
    labels.push(best)
  }
  return { offsets: Uint32Array.from(offsets), labels: Uint8Array.from(labels) }
}

/** Voxels with a neighbour of another label. */
function boundary(size: Readonly<Triple>, mask: Uint8Array): Set<number> {
  const found = new Set<number>()
  for (let n = 0; n < mask.length; n++) {
    const label = mask[n]!
    if (label === 0) continue
    eachNeighbour(size, n, 3, null, (neighbour) => {
      if (mask[neighbour] === label) return
      found.add(n)
      found.add(neighbour)
    })
  }
  return found
}
