import { turns } from './turns'

/** Voxels made floats at a time. */
const PIECE = 2 ** 19

/**
 * Voxels of one, two or four bytes, as their number tells, as floats: `narrowed` of the core made them. A head takes its time, in which the
 * window has its turns.
 *
 * @param bytes unsigned bytes, int16 or float32, in a buffer of their own
 * @param voxels how many there are
 * @returns null where the bytes fit none of the three
 */
export async function floatsOf(
  { buffer, byteLength }: Uint8Array<ArrayBuffer>,
  voxels: number
): Promise<Float32Array<ArrayBuffer> | null> {
  if (byteLength === 4 * voxels) return new Float32Array(buffer)
  if (byteLength !== voxels && byteLength !== 2 * voxels) return null
  const stored = byteLength === voxels ? new Uint8Array(buffer) : new Int16Array(buffer)
  const floats = new Float32Array(voxels)
  const turn = turns()
  for (let first = 0; first < voxels; first += PIECE) {
    floats.set(stored.subarray(first, first + PIECE), first)
    await turn()
  }
  return floats
}
