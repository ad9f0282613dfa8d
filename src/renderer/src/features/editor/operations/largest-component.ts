import type { Triple } from '../../../../../shared/geometry'
import { sideOf, SIDES } from '../../../../../shared/labels'
import { NO_EDIT, relabel, type Edit } from './edit'
import { eachNeighbour } from './neighbours'

/**
 * Clears all labelled voxels but those of the largest body; labels that touch, also by a corner, are one body.
 *
 * @param bySide of a head the largest body of each side stays
 */
export function keepLargestComponent(
  size: Readonly<Triple>,
  mask: Uint8Array,
  bySide: boolean
): Edit {
  const body = new Int32Array(mask.length)
  const sizes: number[] = [0]
  /** Of each body; 0 where sides do not matter. */
  const groups: number[] = [0]
  const groupOf = (label: number): number => (bySide ? SIDES.indexOf(sideOf(label)!) : 0)
  for (let n = 0; n < mask.length; n++) {
    if (mask[n] === 0 || body[n] !== 0) continue
    const name = sizes.length
    const group = groupOf(mask[n]!)
    body[n] = name
    const pending = [n]
    let count = 0
    while (pending.length > 0) {
      const offset = pending.pop()!
      count++
      eachNeighbour(size, offset, 3, null, (neighbour) => {
        const label = mask[neighbour]!
        if (label === 0 || body[neighbour] !== 0 || groupOf(label) !== group) return
        body[neighbour] = name
        pending.push(neighbour)
      })
    }
    sizes.push(count)
    groups.push(group)
  }
  const kept = new Set([0])
  for (const group of new Set(groups)) {
    const own = sizes.map((count, name) => (groups[name] === group ? count : 0))
    kept.add(own.indexOf(Math.max(...own)))
  }
  if (kept.size === sizes.length) return NO_EDIT
  const others: number[] = []
  for (let n = 0; n < body.length; n++) if (!kept.has(body[n]!)) others.push(n)
  return relabel(mask, others, 0)
}
