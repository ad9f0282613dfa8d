/** Calls back for each voxel of a mask that has a label, in order. Most of a head's have none: four are passed over at a time. */
export function eachLabelled(mask: Uint8Array, visit: (label: number, n: number) => void): void {
  const { length } = mask
  const isAligned = mask.byteOffset % 4 === 0
  const fours = isAligned ? length >> 2 : 0
  const words = new Uint32Array(mask.buffer, isAligned ? mask.byteOffset : 0, fours)
  const visitFrom = (start: number, end: number): void => {
    for (let n = start; n < end; n++) {
      const label = mask[n]!
      if (label !== 0) visit(label, n)
    }
  }
  for (let w = 0; w < fours; w++) if (words[w] !== 0) visitFrom(4 * w, 4 * w + 4)
  visitFrom(4 * fours, length)
}
