import type { Triple } from '../../../../../shared/geometry'
import { NO_EDIT, relabel, type Edit } from './edit'
import { eachNeighbour } from './neighbours'

/** Clears all labelled voxels but those of the largest body; labels that touch, also by a corner, are one body. */
export function keepLargestComponent(size: Readonly<Triple>, mask: Uint8Array): Edit {
  const body = new Int32Array(mask.length)
  const sizes: number[] = [0]
  for (let n = 0; n < mask.length; n++) {
    if (mask[n] === 0 || body[n] !== 0) continue
    const name = sizes.length
    body[n] = name
    const pending = [n]
    let count = 0
    while (pending.length > 0) {
      const offset = pending.pop()!
      count++
      eachNeighbour(size, offset, 3, null, (neighbour) => {
        if (mask[neighbour] === 0 || body[neighbour] !== 0) return
        body[neighbour] = name
        pending.push(neighbour)
      })
    }
    sizes.push(count)
  }
  if (sizes.length <= 2) return NO_EDIT
  const largest = sizes.indexOf(Math.max(...sizes))
  const others: number[] = []
  for (let n = 0; n < body.length; n++) if (body[n] !== 0 && body[n] !== largest) others.push(n)
  return relabel(mask, others, 0)
}
