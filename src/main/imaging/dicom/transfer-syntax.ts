/** How voxels are stored in a file, and whether we can unpack them. */
export interface TransferSyntax {
  /** In words. */
  name: string
  /** `native` voxels are plain numbers; `packed` ones go through a codec; of the others none is at hand. */
  storage: 'native' | 'packed' | 'unknown'
  littleEndian: boolean
}

const native = (name: string, littleEndian = true): TransferSyntax => ({
  name,
  storage: 'native',
  littleEndian
})
const packed = (name: string): TransferSyntax => ({ name, storage: 'packed', littleEndian: true })
const unknown = (name: string): TransferSyntax => ({ name, storage: 'unknown', littleEndian: true })

export const EXPLICIT_LITTLE_ENDIAN = '1.2.840.10008.1.2.1'

const KNOWN: ReadonlyMap<string, TransferSyntax> = new Map([
  ['1.2.840.10008.1.2', native('uncompressed')],
  [EXPLICIT_LITTLE_ENDIAN, native('uncompressed')],
  ['1.2.840.10008.1.2.1.99', native('deflated')],
  ['1.2.840.10008.1.2.2', native('uncompressed, big-endian', false)],
  ['1.2.840.10008.1.2.4.50', packed('JPEG baseline')],
  ['1.2.840.10008.1.2.4.51', packed('JPEG extended')],
  ['1.2.840.10008.1.2.4.57', packed('JPEG lossless')],
  ['1.2.840.10008.1.2.4.70', packed('JPEG lossless')],
  ['1.2.840.10008.1.2.4.80', packed('JPEG-LS lossless')],
  ['1.2.840.10008.1.2.4.81', packed('JPEG-LS near-lossless')],
  ['1.2.840.10008.1.2.4.90', packed('JPEG 2000 lossless')],
  ['1.2.840.10008.1.2.4.91', packed('JPEG 2000')],
  ['1.2.840.10008.1.2.5', packed('RLE')],
  ['1.2.840.10008.1.2.4.201', unknown('High-Throughput JPEG 2000')],
  ['1.2.840.10008.1.2.4.202', unknown('High-Throughput JPEG 2000')],
  ['1.2.840.10008.1.2.4.203', unknown('High-Throughput JPEG 2000')]
])

export function transferSyntaxOf(uid: string): TransferSyntax {
  return KNOWN.get(uid) ?? unknown(uid === '' ? 'unnamed' : uid)
}
