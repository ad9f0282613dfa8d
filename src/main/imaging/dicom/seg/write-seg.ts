import { readFile } from 'node:fs/promises'
import { HippospikeError } from '../../../../shared/errors'
import type { Volume } from '../../../../core/volume/volume'
import { voxelCount } from '../../../../core/volume/geometry'
import { assertWritable, writeFileAtomic, type OutputSet } from '../../../workspace/atomic-write'
import { encodeFile } from '../encode'
import type { DicomVolume } from '../volumes'
import { SEGMENTATION_CLASS, segElements } from './data-set'
import { readSeg, type ReadSeg } from './read-seg'
import type { MaskLabel } from './terms'
import { newUid } from './uid'

export interface SegOptions {
  /** Copy the patient's name, ID, birth date and sex and the study's particulars from the source; left blank otherwise. */
  keepIdentity?: boolean
  /** What made the mask, a name and a version. */
  algorithm?: string
  /** Replace an existing file. */
  force?: boolean
  outputs?: OutputSet
}

/** Positions that are read back may differ by so much (mm): a DS holds 16 characters. */
const PLACE_TOLERANCE = 1e-6

/**
 * Writes a mask as DICOM SEG: a segment for each label of the table, with coded terms, each frame with the source image
 * that it lies on. The file is read back and compared before it takes its place.
 *
 * @param mask on the grid of the series
 * @param labels table of the mask; index 0 is the background and no segment
 * @param source the series that the mask was made of
 * @throws HippospikeError (output) where it cannot be written, (internal) where the mask is not on the grid of the series, or
 *   the file read back is not what was written
 */
export async function writeSeg(
  path: string,
  mask: Volume<Uint8Array>,
  labels: readonly MaskLabel[],
  source: DicomVolume,
  options: SegOptions = {}
): Promise<void> {
  const { keepIdentity = false, algorithm = 'Hippospike', force = false, outputs } = options
  const size = source.geometry?.size
  if (size?.join() !== mask.geometry.size.join() || mask.voxels.length !== voxelCount(size)) {
    throw new HippospikeError('internal', `${path}: the mask is not on the grid of its series`)
  }
  await assertWritable(path, force)
  const segments = labels.filter(({ index }) => index !== 0)
  const sopInstance = newUid()
  const content = { mask, labels: segments, source, keepIdentity, algorithm, now: new Date() }
  const bytes = encodeFile(SEGMENTATION_CLASS, sopInstance, segElements(content, sopInstance))
  await writeFileAtomic(path, bytes, {
    overwrite: force,
    outputs,
    verify: async (temporary) => {
      const problem = differenceOf(await readBack(temporary), mask, segments, source, keepIdentity)
      if (problem === null) return
      throw new HippospikeError(
        'internal',
        `${path}: the file read back differs in ${problem}, so it was not kept; please report this`
      )
    }
  })
}

async function readBack(path: string): Promise<ReadSeg | null> {
  const bytes = await readFile(path)
  try {
    return readSeg(bytes)
  } catch {
    return null
  }
}

/** What of a file that was read back is not what was meant; null where all is. */
function differenceOf(
  seg: ReadSeg | null,
  mask: Volume<Uint8Array>,
  labels: readonly MaskLabel[],
  { slices }: DicomVolume,
  keepIdentity: boolean
): string | null {
  if (seg === null) return 'its structure'
  const { instance } = slices[0]!
  if (seg.studyUid !== instance.studyUid) return 'its study'
  if (!keepIdentity && seg.patient.some((text) => text !== '')) return 'its patient'
  const length = seg.columns * seg.rows
  const voxels = new Uint8Array(mask.voxels.length)
  for (const { segment, position, sourceUid, sourceFrame, set } of seg.frames) {
    const slice = slices.findIndex(
      ({ instance: { sopUid, multiFrame }, frame }) =>
        sopUid === sourceUid && (multiFrame ? frame + 1 : null) === sourceFrame
    )
    const place = slices[slice]?.position
    if (position === null || !place) return 'the images it refers to'
    if (position.some((value, axis) => Math.abs(value - place[axis]!) > PLACE_TOLERANCE)) {
      return 'its positions'
    }
    const label = labels[segment - 1]
    if (label === undefined) return 'its segments'
    for (const n of set) voxels[slice * length + n] = label.index
  }
  const meant = new Set(labels.map(({ index }) => index))
  const same = voxels.every(
    (value, n) => value === (meant.has(mask.voxels[n]!) ? mask.voxels[n] : 0)
  )
  return same ? null : 'its voxels'
}
