import type { Triple } from '../../../../shared/geometry'
import { parseFile } from '../tags'
import { isSet } from './frames'

/** A frame as a DICOM SEG holds it. */
export interface ReadFrame {
  segment: number
  position: Triple | null
  sourceUid: string
  /** 1-based; null where the source has one frame. */
  sourceFrame: number | null
  /** 0-based places of the voxels that are set, x fastest. */
  set: number[]
}

export interface ReadSeg {
  columns: number
  rows: number
  studyUid: string
  frameOfReference: string
  patient: string[]
  /** Labels of the segments, by number from 1 on. */
  segments: string[]
  frames: ReadFrame[]
}

/**
 * Reads what a binary DICOM SEG holds, frame by frame, as its bytes say.
 *
 * @throws an Error or a text where the bytes are no such file
 */
export function readSeg(bytes: Uint8Array): ReadSeg {
  const { set, tags, hasPixels } = parseFile(bytes)
  const pixels = set.elements['x7fe00010']
  const [columns, rows] = [tags.short('x00280011') ?? 0, tags.short('x00280010') ?? 0]
  const groups = tags.items('x52009230')
  const needed = Math.ceil((columns * rows * groups.length) / 8)
  if (!hasPixels || pixels === undefined || pixels.length < needed) throw new Error('no voxels')
  const bits = bytes.subarray(pixels.dataOffset, pixels.dataOffset + pixels.length)
  return {
    columns,
    rows,
    studyUid: tags.text('x0020000d'),
    frameOfReference: tags.text('x00200052'),
    patient: ['x00100010', 'x00100020', 'x00100030', 'x00100040'].map((tag) => tags.text(tag)),
    segments: tags.items('x00620002').map((segment) => segment.text('x00620005')),
    frames: groups.map((group, frame) => {
      const source = group.item('x00089124')?.item('x00082112')
      const start = frame * columns * rows
      return {
        segment: group.item('x0062000a')?.short('x0062000b') ?? 0,
        position: group.item('x00209113')?.triple('x00200032') ?? null,
        sourceUid: source?.text('x00081155') ?? '',
        sourceFrame: source?.decimal('x00081160') ?? null,
        set: Array.from({ length: columns * rows }, (_, n) => n).filter((n) =>
          isSet(bits, start + n)
        )
      }
    })
  }
}
