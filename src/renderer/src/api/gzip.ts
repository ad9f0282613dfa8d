import { turns } from '../volume/turns'

/** Bytes packed at a time. */
const PIECE = 2 ** 20

/**
 * Bytes as gzip, piece by piece: with the mask of a head of 0.4 mm at one go, the window would stand still.
 *
 * @param bytes not to be changed until it is done
 */
export async function gzipped(bytes: Uint8Array<ArrayBuffer> | ArrayBuffer): Promise<ArrayBuffer> {
  const { readable, writable } = new CompressionStream('gzip')
  const packed = new Response(readable).arrayBuffer()
  const writer = writable.getWriter()
  const all = bytes instanceof ArrayBuffer ? new Uint8Array(bytes) : bytes
  const turn = turns()
  for (let from = 0; from < all.length; from += PIECE) {
    await writer.write(all.subarray(from, from + PIECE))
    // Nobody waits at a hidden window, and a browser lets it come to its turn late: it may be closing.
    if (document.visibilityState === 'visible') await turn()
  }
  await writer.close()
  return packed
}
