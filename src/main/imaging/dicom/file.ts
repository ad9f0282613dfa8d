import { readStart } from '../read-start'

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
    read: (limit) => readStart(path, Math.min(limit, size))
  }
}
