import { EXPLICIT_LITTLE_ENDIAN } from './transfer-syntax'

/** An element to be written: its tag (`0xGGGGEEEE`), its value representation and its values. */
export type Element =
  | readonly [tag: number, vr: TextVr, value: string | readonly string[]]
  | readonly [tag: number, vr: NumberVr, value: number | readonly number[]]
  | readonly [tag: number, vr: 'AT', value: number | readonly number[]]
  | readonly [tag: number, vr: 'OB' | 'OW', value: Uint8Array]
  | readonly [tag: number, vr: 'SQ', items: readonly (readonly Element[])[]]
  /** Packed voxels: a fragment for each frame. */
  | readonly [tag: number, vr: 'packed', fragments: readonly Uint8Array[]]

type TextVr =
  'AE' | 'CS' | 'DA' | 'DS' | 'IS' | 'LO' | 'LT' | 'PN' | 'SH' | 'ST' | 'TM' | 'UI' | 'UT'
type NumberVr = 'US' | 'SS' | 'UL' | 'FD' | 'FL'

const LONG_LENGTH = new Set(['OB', 'OW', 'SQ', 'UT'])
const UNDEFINED_LENGTH = 0xffffffff
const ITEM = 0xfffee000
const SEQUENCE_END = 0xfffee0dd

/** Our root of UIDs, made by no registry: 2.25 and a UUID as a number (PS3.5 B.2). */
const IMPLEMENTATION_UID = '2.25.302937451906428510963374820918273645180'

/**
 * A DICOM file: preamble, meta header and data set, explicit VR little-endian, texts in UTF-8.
 *
 * @param elements in ascending order of their tags, as DICOM wants them
 */
export function encodeFile(
  sopClass: string,
  sopInstance: string,
  elements: readonly Element[],
  transferSyntax = EXPLICIT_LITTLE_ENDIAN
): Buffer {
  const meta = encodeElements([
    [0x00020001, 'OB', Uint8Array.of(0, 1)],
    [0x00020002, 'UI', sopClass],
    [0x00020003, 'UI', sopInstance],
    [0x00020010, 'UI', transferSyntax],
    [0x00020012, 'UI', IMPLEMENTATION_UID],
    [0x00020013, 'SH', 'HIPPOSPIKE']
  ])
  const length = encodeElements([[0x00020000, 'UL', meta.length]])
  const preamble = Buffer.alloc(128)
  return Buffer.concat([preamble, Buffer.from('DICM'), length, meta, encodeElements(elements)])
}

/** Elements in explicit VR little-endian. */
export function encodeElements(elements: readonly Element[]): Buffer {
  return Buffer.concat(elements.flatMap(encodeElement))
}

function encodeElement(element: Element): Buffer[] {
  const [tag, vr] = element
  if (vr === 'packed') return packedVoxels(tag, element[2])
  const value = valueOf(element)
  if (LONG_LENGTH.has(vr)) return [longHeader(tag, vr, value.length), value]
  const header = Buffer.alloc(8)
  writeTag(header, tag)
  header.write(vr, 4, 'latin1')
  if (value.length > 0xffff) throw new RangeError(`${tag.toString(16)}: ${value.length} bytes`)
  header.writeUInt16LE(value.length, 6)
  return [header, value]
}

function valueOf(element: Exclude<Element, readonly [number, 'packed', ...unknown[]]>): Buffer {
  switch (element[1]) {
    case 'SQ':
      return Buffer.concat(
        element[2].flatMap((item) => {
          const content = encodeElements(item)
          return [itemHeader(ITEM, content.length), content]
        })
      )
    case 'OB':
    case 'OW':
      return even(Buffer.from(element[2].buffer, element[2].byteOffset, element[2].length), 0)
    case 'AT':
      return numbers(element[2], 4, writeTag)
    case 'US':
      return numbers(element[2], 2, (buffer, value, at) => buffer.writeUInt16LE(value, at))
    case 'SS':
      return numbers(element[2], 2, (buffer, value, at) => buffer.writeInt16LE(value, at))
    case 'UL':
      return numbers(element[2], 4, (buffer, value, at) => buffer.writeUInt32LE(value, at))
    case 'FL':
      return numbers(element[2], 4, (buffer, value, at) => buffer.writeFloatLE(value, at))
    case 'FD':
      return numbers(element[2], 8, (buffer, value, at) => buffer.writeDoubleLE(value, at))
    case 'UI':
      return even(textOf(element[2]), 0)
    case 'AE':
    case 'CS':
    case 'DA':
    case 'DS':
    case 'IS':
    case 'LO':
    case 'LT':
    case 'PN':
    case 'SH':
    case 'ST':
    case 'TM':
    case 'UT':
      return even(textOf(element[2]), 0x20)
  }
}

function textOf(value: string | readonly string[]): Buffer {
  return Buffer.from(typeof value === 'string' ? value : value.join('\\'), 'utf8')
}

function numbers(
  value: number | readonly number[],
  bytes: number,
  write: (buffer: Buffer, value: number, at: number) => unknown
): Buffer {
  const values = typeof value === 'number' ? [value] : value
  const buffer = Buffer.alloc(values.length * bytes)
  values.forEach((one, n) => write(buffer, one, n * bytes))
  return buffer
}

/** Encapsulated pixel data (PS3.5 A.4): an empty offset table, a fragment a frame. */
function packedVoxels(tag: number, fragments: readonly Uint8Array[]): Buffer[] {
  const items = fragments.flatMap((fragment) => {
    const content = even(Buffer.from(fragment), 0)
    return [itemHeader(ITEM, content.length), content]
  })
  return [
    longHeader(tag, 'OB', UNDEFINED_LENGTH),
    itemHeader(ITEM, 0),
    ...items,
    itemHeader(SEQUENCE_END, 0)
  ]
}

function longHeader(tag: number, vr: string, length: number): Buffer {
  const header = Buffer.alloc(12)
  writeTag(header, tag)
  header.write(vr, 4, 'latin1')
  header.writeUInt32LE(length, 8)
  return header
}

function itemHeader(tag: number, length: number): Buffer {
  const header = Buffer.alloc(8)
  writeTag(header, tag)
  header.writeUInt32LE(length, 4)
  return header
}

function writeTag(buffer: Buffer, tag: number, at = 0): void {
  buffer.writeUInt16LE(tag >>> 16, at)
  buffer.writeUInt16LE(tag & 0xffff, at + 2)
}

function even(content: Buffer, padding: number): Buffer {
  return content.length % 2 === 0 ? content : Buffer.concat([content, Buffer.of(padding)])
}
