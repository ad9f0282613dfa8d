import { open } from 'node:fs/promises'

/** A file that may be DICOM, on disk or in an archive. */
export interface DicomFile {
  /** Path below the folder or archive that was given. */
  name: string
  /** Whole path, through an archive where it lies in one, for messages. */
  path: string
  /** Bytes it holds (an archive may lie). */
  size: number
  /** Its first `limit` bytes, or all where it is shorter. */
  read(limit: number): Promise<Uint8Array>
}

/** A file on disk. */
export function diskFile(path: string, name: string, size: number): DicomFile {
  return {
    name,
    path,
    size,
    async read(limit) {
      const file = await open(path)
      try {
        const buffer = Buffer.allocUnsafe(Math.min(limit, size))
        let filled = 0
        // A read may return less than asked for, on network file systems say.
        while (filled < buffer.length) {
          const { bytesRead } = await file.read(buffer, filled, buffer.length - filled, filled)
          if (bytesRead === 0) break
          filled += bytesRead
        }
        return buffer.subarray(0, filled)
      } finally {
        await file.close()
      }
    }
  }
}
