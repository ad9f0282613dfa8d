/** Set bits of each byte. */
export const BITS_OF: Readonly<Uint8Array> = Uint8Array.from({ length: 256 }, (_, byte) => {
  let count = 0
  for (let rest = byte; rest > 0; rest >>= 1) count += rest & 1
  return count
})

/** One bit of a mask, the lowest of a byte first. */
export function bitAt(mask: Uint8Array, at: number): number {
  return (mask[Math.floor(at / 8)]! >> (at % 8)) & 1
}
