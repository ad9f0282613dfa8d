import { constants, inflateRawSync } from 'node:zlib'
import { parseDicom, type DataSet } from 'dicom-parser'
import { bareTransferSyntax, hasDicomMark } from '../../../shared/dicom-start'
import type { Triple } from '../../../shared/geometry'
import { encodeElements } from './encode'

const PIXEL_DATA = 'x7fe00010'
/** Inflated bytes of a deflated file that are taken at most. */
const MAX_INFLATED = 2 ** 31 - 1

/** Labels of TextDecoder for the values of SpecificCharacterSet (PS3.3 C.12.1.1.2). */
const CHARACTER_SETS: ReadonlyMap<string, string> = new Map([
  ['100', 'windows-1252'],
  ['101', 'iso-8859-2'],
  ['109', 'iso-8859-3'],
  ['110', 'iso-8859-4'],
  ['144', 'iso-8859-5'],
  ['127', 'iso-8859-6'],
  ['126', 'iso-8859-7'],
  ['138', 'iso-8859-8'],
  ['148', 'windows-1254'],
  ['203', 'iso-8859-15'],
  ['166', 'windows-874'],
  ['13', 'shift_jis'],
  ['87', 'iso-2022-jp'],
  ['159', 'iso-2022-jp'],
  ['149', 'euc-kr'],
  ['58', 'gb18030'],
  ['192', 'utf-8']
])

/** The elements of a DICOM data set by tag (`xGGGGEEEE`), as the types that are needed; what is missing is empty or null. */
export class Tags {
  constructor(
    private readonly set: DataSet,
    private readonly decoder: TextDecoder
  ) {}

  has(tag: string): boolean {
    return this.set.elements[tag] !== undefined
  }

  /** A text in the file's character set, trimmed. */
  text(tag: string): string {
    const element = this.set.elements[tag]
    if (element === undefined || element.length <= 0) return ''
    const bytes = this.set.byteArray.subarray(
      element.dataOffset,
      element.dataOffset + element.length
    )
    // Korean names carry an escape sequence that the decoder of their encoding does not know.
    const text = this.decoder.decode(bytes).replaceAll('\u001b$)C', '')
    // Values are padded with NUL or blanks.
    return text.replace(/[\u0000\s]+$/, '').trim()
  }

  /** The values of a text with several (CS, DS, UI, …). */
  texts(tag: string): string[] {
    const text = this.text(tag)
    return text === '' ? [] : text.split('\\').map((value) => value.trim())
  }

  /** The values of a DS or IS; what is no number is NaN. */
  decimals(tag: string): number[] {
    return this.texts(tag).map((value) => (value === '' ? NaN : Number(value)))
  }

  /** The first value of a DS or IS. */
  decimal(tag: string): number | null {
    return finite(this.decimals(tag)[0])
  }

  /** Exactly three finite values of a DS. */
  triple(tag: string): Triple | null {
    const values = this.decimals(tag)
    return values.length === 3 && values.every(Number.isFinite) ? (values as Triple) : null
  }

  /** The first value of a US. */
  short(tag: string): number | null {
    return finite(this.sized(tag, 2) ? this.set.uint16(tag) : undefined)
  }

  /** The first value of a UL. */
  long(tag: string): number | null {
    return finite(this.sized(tag, 4) ? this.set.uint32(tag) : undefined)
  }

  /** The first value of an FD. */
  double(tag: string): number | null {
    return finite(this.sized(tag, 8) ? this.set.double(tag) : undefined)
  }

  /** The items of a sequence. */
  items(tag: string): Tags[] {
    const items = this.set.elements[tag]?.items ?? []
    return items.flatMap(({ dataSet }) => (dataSet ? [new Tags(dataSet, this.decoder)] : []))
  }

  /** The first item of a sequence. */
  item(tag: string): Tags | null {
    return this.items(tag)[0] ?? null
  }

  private sized(tag: string, bytes: number): boolean {
    return (this.set.elements[tag]?.length ?? 0) >= bytes
  }
}

export interface ParsedFile {
  set: DataSet
  tags: Tags
  transferSyntax: string
  /** Whether the parse reached the voxels: a file without any, or cut short, does not. */
  hasPixels: boolean
}

/**
 * Parses a DICOM file up to its voxels, or with `pixels` these too. Places in it are those in `set.byteArray`, which are not always those in `bytes`.
 *
 * @throws whatever dicom-parser throws at damaged or cut bytes: an Error or a text
 */
export function parseFile(bytes: Uint8Array, pixels = false): ParsedFile {
  const set = parseDicom(marked(bytes), {
    ...(pixels ? {} : { untilTag: PIXEL_DATA }),
    inflater: inflate as (arr: Uint8Array, position: number) => void
  })
  const plain = new Tags(set, new TextDecoder('windows-1252'))
  return {
    set,
    tags: new Tags(set, decoderOf(plain.texts('x00080005'))),
    transferSyntax: plain.text('x00020010'),
    hasPixels: set.elements[PIXEL_DATA] !== undefined
  }
}

/** The bytes with the head that a file should have: what begins with its data set is given one. */
function marked(bytes: Uint8Array): Uint8Array {
  const syntax = hasDicomMark(bytes) ? null : bareTransferSyntax(bytes)
  if (syntax === null) return bytes
  const meta = encodeElements([[0x00020010, 'UI', syntax]])
  const length = encodeElements([[0x00020000, 'UL', meta.length]])
  return Buffer.concat([Buffer.alloc(128), Buffer.from('DICM'), length, meta, bytes])
}

/** The deflated transfer syntax: everything after the file's meta header is one deflate stream, here perhaps cut short. */
function inflate(bytes: Uint8Array, position: number): Uint8Array {
  const rest = inflateRawSync(bytes.subarray(position), {
    finishFlush: constants.Z_SYNC_FLUSH,
    maxOutputLength: MAX_INFLATED
  })
  return Buffer.concat([bytes.subarray(0, position), rest])
}

function decoderOf(sets: readonly string[]): TextDecoder {
  // Of several sets, the later ones are what names are extended with.
  const label = [...sets]
    .reverse()
    .map((set) => (/^GB/.test(set) ? 'gb18030' : CHARACTER_SETS.get(/(\d+)$/.exec(set)?.[1] ?? '')))
    .find((found) => found !== undefined)
  return new TextDecoder(label ?? 'windows-1252')
}

function finite(value: number | undefined): number | null {
  return value !== undefined && Number.isFinite(value) ? value : null
}
