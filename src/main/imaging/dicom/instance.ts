import type { Triple } from '../../../shared/geometry'
import type { DicomPatient } from '../../../shared/dicom'
import { hasDicomMark, startsAsDicom } from '../../../shared/dicom-start'
import { MAX_VOXELS } from '../image-checks'
import type { DicomFile } from './file'
import { slicesOf } from './slices'
import { parseFile, type ParsedFile, type Tags } from './tags'
import { transferSyntaxOf, type TransferSyntax } from './transfer-syntax'

/** One image of a series and what of its tags matters. */
export interface Slice {
  instance: Instance
  /** 0-based, within its file. */
  frame: number
  /** Centre of its first voxel, LPS millimetres. */
  position: Triple | null
  /** Unit vectors along a row and down a column. */
  orientation: readonly number[] | null
  /** Between rows (down), between columns (along a row), in mm: DICOM's order. */
  pixelSpacing: readonly [number, number] | null
  thickness: number | null
  slope: number
  intercept: number
  /** In ms. */
  echoTime: number | null
  repetitionTime: number | null
  inversionTime: number | null
  imageType: readonly string[]
  /** What tells apart volumes that share their positions, by name. */
  marks: Readonly<Record<Mark, number | string | null>>
}

/** In the order in which they are tried. */
export const MARKS = [
  'image type',
  'echo number',
  'acquisition',
  'time point',
  'b-value',
  'trigger time',
  'inversion time',
  'stack'
] as const
export type Mark = (typeof MARKS)[number]

/** A DICOM file with an image, without its voxels. */
export interface Instance {
  file: DicomFile
  sopClass: string
  sopUid: string
  transferSyntax: string
  syntax: TransferSyntax
  studyUid: string
  seriesUid: string
  frameOfReference: string
  modality: string
  seriesNumber: number | null
  instanceNumber: number | null
  description: string
  protocol: string
  sequenceName: string
  acquisitionType: string
  contrastAgent: string
  study: StudyFacts
  patient: DicomPatient
  /** Whether the file says that names may be burnt into its voxels. */
  burnedIn: boolean
  manufacturer: string
  columns: number
  rows: number
  frames: number
  samples: number
  photometric: string
  bitsAllocated: number
  bitsStored: number
  highBit: number
  signed: boolean
  multiFrame: boolean
  /** One for each frame. */
  slices: Slice[]
}

/** What a file of the same study has to repeat. */
export interface StudyFacts {
  date: string
  time: string
  id: string
  accession: string
  description: string
  referringPhysician: string
}

export type ReadOutcome =
  | { kind: 'image'; instance: Instance }
  /** No DICOM, or DICOM without an image. */
  | { kind: 'other' }
  | { kind: 'damaged'; problem: string }

/** Holds the tags of most files. */
const FIRST_READ = 2 ** 17
/** The tags of no file take more; a "header" beyond is damage, or meant to exhaust the memory. */
const MAX_HEADER = 2 ** 27
/** SOP classes of scans: CT, MR and their enhanced kin, PET, ultrasound, secondary capture. */
const IMAGE_CLASS = /^1\.2\.840\.10008\.5\.1\.4\.1\.1\.(1|2|4|6|7|12|20|128|130)(\.|$)/

/** Reads the tags of a file, no more of it than these take. */
export async function readInstance(file: DicomFile): Promise<ReadOutcome> {
  for (let limit = FIRST_READ; ; limit *= 4) {
    let bytes: Uint8Array
    try {
      bytes = await file.read(limit)
    } catch (cause) {
      return { kind: 'damaged', problem: `cannot be read (${(cause as Error).message})` }
    }
    if (!startsAsDicom(bytes)) return { kind: 'other' }
    const whole = bytes.length < limit || bytes.length >= file.size
    const parsed = tryParse(bytes)
    if (parsed?.hasPixels) return imageOf(file, parsed)
    if (whole || limit >= MAX_HEADER) {
      if (parsed !== null) return withoutPixels(parsed.tags)
      // Without the mark, what cannot be read is no DICOM rather than damaged.
      return hasDicomMark(bytes)
        ? { kind: 'damaged', problem: 'is damaged or cut short' }
        : { kind: 'other' }
    }
  }
}

function tryParse(bytes: Uint8Array): ParsedFile | null {
  try {
    return parseFile(bytes)
  } catch {
    // Cut short by the limit, or damaged: the caller knows which.
    return null
  }
}

/** A file that says how many rows it has, or that it is a scan, was meant to hold voxels. */
function withoutPixels(tags: Tags): ReadOutcome {
  if (!tags.has('x00280010') && !IMAGE_CLASS.test(tags.text('x00020002'))) return { kind: 'other' }
  return { kind: 'damaged', problem: 'ends before its voxels' }
}

function imageOf(file: DicomFile, { tags, transferSyntax }: ParsedFile): ReadOutcome {
  const [columns, rows] = [tags.short('x00280011') ?? 0, tags.short('x00280010') ?? 0]
  const frames = tags.decimal('x00280008') ?? 1
  if (columns < 1 || rows < 1 || !Number.isInteger(frames) || frames < 1) {
    return { kind: 'damaged', problem: `declares ${columns}×${rows}×${frames} voxels` }
  }
  if (columns * rows * frames > MAX_VOXELS) {
    return {
      kind: 'damaged',
      problem: `declares ${columns}×${rows}×${frames} voxels, more than are read`
    }
  }
  const bitsAllocated = tags.short('x00280100') ?? 16
  const bitsStored = tags.short('x00280101') ?? bitsAllocated
  const perFrame = tags.items('x52009230')
  const instance: Instance = {
    file,
    sopClass: tags.text('x00080016'),
    sopUid: tags.text('x00080018'),
    transferSyntax,
    syntax: transferSyntaxOf(transferSyntax),
    studyUid: tags.text('x0020000d'),
    seriesUid: tags.text('x0020000e'),
    frameOfReference: tags.text('x00200052'),
    modality: tags.text('x00080060'),
    seriesNumber: tags.decimal('x00200011'),
    instanceNumber: tags.decimal('x00200013'),
    description: tags.text('x0008103e'),
    protocol: tags.text('x00181030'),
    sequenceName: tags.text('x00180024') || tags.text('x00189005'),
    acquisitionType: tags.text('x00180023'),
    contrastAgent: tags.text('x00180010'),
    study: {
      date: tags.text('x00080020'),
      time: tags.text('x00080030'),
      id: tags.text('x00200010'),
      accession: tags.text('x00080050'),
      description: tags.text('x00081030'),
      referringPhysician: tags.text('x00080090')
    },
    patient: {
      name: tags.text('x00100010'),
      id: tags.text('x00100020'),
      birthDate: tags.text('x00100030'),
      sex: tags.text('x00100040')
    },
    burnedIn: tags.text('x00280301').toUpperCase() === 'YES',
    manufacturer: tags.text('x00080070'),
    columns,
    rows,
    frames,
    samples: tags.short('x00280002') ?? 1,
    photometric: tags.text('x00280004'),
    bitsAllocated,
    bitsStored,
    highBit: tags.short('x00280102') ?? bitsStored - 1,
    signed: tags.short('x00280103') === 1,
    multiFrame: frames > 1 || perFrame.length > 0,
    slices: []
  }
  instance.slices = slicesOf(instance, tags, perFrame)
  return { kind: 'image', instance }
}
