import type { Geometry } from '../../shared/geometry'
import type { Volume } from '../../core/volume/volume'
import {
  isDicomFile,
  isZipName,
  readDicom,
  readSeries,
  type DicomImage,
  type DicomSeries,
  type DicomSource,
  type DicomStudy
} from './dicom'
import { badInput, checkContrast, checkFinite } from './image-checks'
import { readItk } from './itk-file'
import { readMgh } from './mgh-file'
import type { NiftiHeader } from './nifti-header'
import { readNifti } from './nifti-file'
import { pathFacts } from './path-facts'

/** What of the source file a mask on its grid has to carry over. */
export type SourceHeader = { format: 'nifti'; nifti: NiftiHeader } | { format: 'other' }

export interface ReadOptions {
  /** Read a sheared image with the nearest orthonormal direction (in memory; the file is left as it is). */
  repairGeometry?: boolean
  /** Of several DICOM series the one to read: its number in the list, or its SeriesInstanceUID. */
  series?: string | null
}

export interface SourceImage {
  volume: Volume
  header: SourceHeader
  /** Oddities of the header that do not stop the reading, a line each. */
  warnings: string[]
  /** Where it was read from, if from DICOM. */
  dicom?: DicomSource
}

const NIFTI_EXTENSIONS = ['.nii', '.nii.gz']
const MGH_EXTENSIONS = ['.mgh', '.mgz', '.mgh.gz']
const ITK_EXTENSIONS = ['.nrrd', '.nhdr', '.mha', '.mhd']

/** File names that {@link readImage} knows how to read end in one of these. */
export const IMAGE_EXTENSIONS: readonly string[] = [
  ...NIFTI_EXTENSIONS,
  ...MGH_EXTENSIONS,
  ...ITK_EXTENSIONS
]

/** The image extension a file name ends in ('.nii.gz' rather than '.gz'), or null. */
export function imageExtension(path: string): string | null {
  const name = path.toLowerCase()
  const matching = IMAGE_EXTENSIONS.filter((extension) => name.endsWith(extension))
  return matching.sort((a, b) => b.length - a.length)[0] ?? null
}

/**
 * Reads a 3-D scan: NIfTI-1/2, NRRD, MetaImage or MGH/MGZ, or DICOM as a folder, a zip archive or a file. Voxels are
 * physical values, geometry is LPS millimetres.
 *
 * @throws HippospikeError (input) in one line for whatever cannot be segmented: a missing, damaged or foreign file, a
 *   series, colour, NaN or infinite voxels, a constant image, an impossible or sheared geometry, an absurd size
 */
export async function readImage(path: string, options: ReadOptions = {}): Promise<SourceImage> {
  const image = await readAny(path, options)
  checkContrast(path, image.volume.voxels)
  return image
}

/**
 * Reads a series of a DICOM study that is open, as {@link readImage} does.
 *
 * @param path what was given, for messages
 */
export async function readDicomSeries(
  path: string,
  study: DicomStudy,
  series: DicomSeries,
  repair: boolean
): Promise<SourceImage> {
  const image = ofDicom(path, await readSeries(path, study, series, repair))
  checkContrast(path, image.volume.voxels)
  return image
}

/**
 * Whether a path is read as DICOM: a folder, a zip archive, or a file that is DICOM by its content.
 *
 * @throws HippospikeError (input) where it is not there
 */
export async function isDicomPath(path: string): Promise<boolean> {
  if ((await pathFacts(path)).isDirectory() || isZipName(path)) return true
  return imageExtension(path) === null && (await isDicomFile(path))
}

/**
 * Reads a label map.
 *
 * @param allowed label numbers the map may hold, 0 (background) among them
 * @throws HippospikeError (input) as {@link readImage}, and for a label outside the table
 */
export async function readLabels(
  path: string,
  allowed: readonly number[],
  options: ReadOptions = {}
): Promise<Volume<Uint8Array>> {
  const { volume } = await readAny(path, options)
  const { voxels } = volume
  const labels = new Uint8Array(voxels)
  const known = new Uint8Array(256)
  for (const label of allowed) known[label] = 1
  const strange = new Map<number, number>()
  for (let n = 0; n < voxels.length; n++) {
    const value = voxels[n]!
    // What is no label comes out as another number, or as one that is not in the table.
    if (labels[n] === value && known[value] === 1) continue
    strange.set(value, (strange.get(value) ?? 0) + 1)
  }
  if (strange.size > 0) throw strangeLabels(path, strange, allowed)
  return { geometry: volume.geometry, voxels: labels }
}

/**
 * Reads a label map of whatever table.
 *
 * @throws HippospikeError (input) as {@link readImage}
 */
export async function readLabelValues(path: string): Promise<Volume> {
  return (await readAny(path, {})).volume
}

function strangeLabels(path: string, strange: Map<number, number>, allowed: readonly number[]) {
  const listed = [...strange].sort((a, b) => a[0] - b[0]).slice(0, 5)
  const found = listed.map(([label, count]) => `${label} (${count} voxels)`).join(', ')
  const more = strange.size > listed.length ? ` and ${strange.size - listed.length} more` : ''
  return badInput(
    path,
    `has labels outside the table: ${found}${more}; allowed are ${allowed.join(', ')}: relabel it`
  )
}

async function readAny(path: string, options: ReadOptions): Promise<SourceImage> {
  const repair = options.repairGeometry ?? false
  if (await isDicomPath(path)) {
    return ofDicom(path, await readDicom(path, options.series ?? null, repair))
  }
  const extension = imageExtension(path)
  if (extension === null) {
    throw badInput(
      path,
      `is not of a known image format; give one of ${IMAGE_EXTENSIONS.join(', ')}, or DICOM`
    )
  }
  if (NIFTI_EXTENSIONS.includes(extension)) {
    const { header, geometry, voxels, warnings } = await readNifti(path, repair)
    return finished(path, geometry, voxels, { format: 'nifti', nifti: header }, warnings)
  }
  const read = MGH_EXTENSIONS.includes(extension) ? readMgh : readItk
  const { geometry, voxels } = await read(path, repair)
  return finished(path, geometry, voxels, { format: 'other' }, [])
}

function ofDicom(path: string, { volume, source, warnings }: DicomImage): SourceImage {
  const { geometry, voxels } = volume
  return { ...finished(path, geometry, voxels, { format: 'other' }, warnings), dicom: source }
}

function finished(
  path: string,
  geometry: Geometry,
  voxels: Float32Array,
  header: SourceHeader,
  warnings: string[]
): SourceImage {
  checkFinite(path, voxels)
  return { volume: { geometry, voxels }, header, warnings }
}
