import { open } from 'node:fs/promises'

/** The system takes no more than 2 GiB at once. */
const AT_ONCE = 2 ** 30

/**
 * The first bytes of a file, no more than there are.
 *
 * @throws whatever the file system says
 */
export async function readStart(path: string, limit: number): Promise<Buffer> {
  const file = await open(path)
  try {
    const buffer = Buffer.allocUnsafe(Math.min(limit, (await file.stat()).size))
    let filled = 0
    // A read may return less than asked for, on network file systems say.
    while (filled < buffer.length) {
      const wanted = Math.min(AT_ONCE, buffer.length - filled)
      const { bytesRead } = await file.read(buffer, filled, wanted, filled)
      if (bytesRead === 0) break
      filled += bytesRead
    }
    return buffer.subarray(0, filled)
  } finally {
    await file.close()
  }
}
