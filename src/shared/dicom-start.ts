/**
 * How a DICOM file begins. Most begin with 128 bytes of anything, then DICM (PS3.10 7.1); files of old systems, and of some archives, begin with
 * the data set itself, whose transfer syntax they do not tell.
 */

/** Bytes that have to be looked at. */
export const DICOM_START = 132

const IMPLICIT = '1.2.840.10008.1.2'
const EXPLICIT = '1.2.840.10008.1.2.1'
/** The elements of group 0008 that a data set may begin with: group length, length to end, character set, image type, dates, UIDs. */
const FIRST_ELEMENTS: readonly number[] = [0x00, 0x01, 0x05, 0x08, 0x12, 0x16, 0x18, 0x20]
/** None of these is longer. */
const LONGEST_FIRST = 512

/** Whether a file carries the mark. */
export function hasDicomMark(bytes: Uint8Array): boolean {
  return (
    bytes.length >= DICOM_START && [0x44, 0x49, 0x43, 0x4d].every((c, n) => bytes[128 + n] === c)
  )
}

/** The transfer syntax of a file that begins with its data set, little-endian; null where it does not. */
export function bareTransferSyntax(bytes: Uint8Array): string | null {
  if (bytes.length < DICOM_START) return null
  const view = new DataView(bytes.buffer, bytes.byteOffset, DICOM_START)
  if (view.getUint16(0, true) !== 0x0008) return null
  if (!FIRST_ELEMENTS.includes(view.getUint16(2, true))) return null
  const representation = String.fromCharCode(view.getUint8(4), view.getUint8(5))
  const explicit = ['UL', 'CS', 'UI', 'DA'].includes(representation)
  const length = explicit ? view.getUint16(6, true) : view.getUint32(4, true)
  if (length % 2 !== 0 || length > LONGEST_FIRST) return null
  return explicit ? EXPLICIT : IMPLICIT
}

/** Whether a file is, or seems to be, DICOM. */
export function startsAsDicom(bytes: Uint8Array): boolean {
  return hasDicomMark(bytes) || bareTransferSyntax(bytes) !== null
}
