import type { Geometry } from '../../shared/geometry'
import { geometryFromRasAffine, voxelCount } from '../../core/volume/geometry'
import { bytesPerVoxel, decodeVoxels, type VoxelType } from './decode-voxels'
import { badInput, checkDimensions, checkDirection, checkSpacing } from './image-checks'
import {
  headerAffine,
  millimetresPerUnit,
  NIFTI1_LAYOUT,
  NIFTI2_LAYOUT,
  NIFTI_HEADER_BYTES,
  parseNiftiHeader,
  qformAffine,
  sformAffine,
  type NiftiHeader
} from './nifti-header'
import { looksLikeText, readContent, readHead, type Head } from './packed-file'

export interface NiftiFile {
  header: NiftiHeader
  geometry: Geometry
  /** Physical values: slope and intercept applied. */
  voxels: Float32Array
  /** Oddities of the header that do not stop the reading. */
  warnings: string[]
}

const VOXEL_TYPES: ReadonlyMap<number, VoxelType> = new Map([
  [2, 'uint8'],
  [256, 'int8'],
  [4, 'int16'],
  [512, 'uint16'],
  [8, 'int32'],
  [768, 'uint32'],
  [1024, 'int64'],
  [1280, 'uint64'],
  [16, 'float32'],
  [64, 'float64']
])

/**
 * Reads a 3-D scalar NIfTI-1 or NIfTI-2 file, compressed or not.
 *
 * Not read through ITK: that replaces bad geometry silently, stops at a sheared sform, which we can offer to repair, and
 * in its WebAssembly build does not know NIfTI-2. See docs/decisions/image-reading.md.
 *
 * @param repair take a sheared direction and return the nearest orthonormal one
 * @throws HippospikeError (input) that says what is wrong with the file
 */
export async function readNifti(path: string, repair: boolean): Promise<NiftiFile> {
  const head = await readHead(path)
  const header = headerOf(path, head)
  const type = checkDatatype(path, header)
  const geometry = checkDirection(path, checkGeometry(path, header), repair)
  const count = voxelCount(geometry.size)
  const start = dataOffset(header)
  const content = await readContent(path, head, start + count * bytesPerVoxel(type))
  const voxels = decodeVoxels(content, start, count, {
    type,
    littleEndian: header.littleEndian,
    ...scaling(header)
  })
  return { header, geometry, voxels, warnings: headerWarnings(header) }
}

/** Where a header places its voxels, in LPS millimetres. */
export function headerGeometry(header: NiftiHeader): Geometry {
  const scale = millimetresPerUnit(header)
  const [, nx, ny, nz] = header.dim
  return geometryFromRasAffine(
    [nx!, ny!, nz!],
    headerAffine(header).map((value) => value * scale)
  )
}

function headerOf(path: string, head: Head): NiftiHeader {
  const header = parseNiftiHeader(head.bytes)
  if (header !== null) return header
  if (head.compressed && head.bytes.length < NIFTI_HEADER_BYTES) {
    throw badInput(path, 'is truncated within its header; copy or download it again')
  }
  const kind = looksLikeText(head.bytes) ? ' but text' : ''
  throw badInput(path, `is not a NIfTI file${kind}; give a .nii or .nii.gz image`)
}

function checkGeometry(path: string, header: NiftiHeader): Geometry {
  const axes = header.dim[0]!
  if (axes < 1 || axes > 7) {
    throw badInput(path, `declares ${axes} axes, so its header is damaged; export the image again`)
  }
  checkDimensions(path, header.dim.slice(1, axes + 1))
  checkSpacing(path, header.pixdim.slice(1, 4))
  const geometry = headerGeometry(header)
  checkSpacing(path, geometry.spacing)
  return geometry
}

function checkDatatype(path: string, { datatype }: NiftiHeader): VoxelType {
  const type = VOXEL_TYPES.get(datatype)
  if (type !== undefined) return type
  if (datatype === 128 || datatype === 2304) {
    throw badInput(path, 'is a colour (RGB) image; give the grey-scale scan it was made from')
  }
  if (datatype === 32 || datatype === 1792 || datatype === 2048) {
    throw badInput(path, 'holds complex numbers; give the magnitude image')
  }
  throw badInput(
    path,
    `has voxels of NIfTI datatype ${datatype}, which is not read; convert it to float32`
  )
}

function headerWarnings(header: NiftiHeader): string[] {
  if (header.sformCode <= 0 && header.qformCode <= 0) {
    return ['the header says nothing about orientation: left and right cannot be told']
  }
  if (header.sformCode <= 0 || header.qformCode <= 0) return []
  const q = qformAffine(header)
  const s = sformAffine(header)
  // The farthest any voxel lies apart along R, A and S; a tenth of a voxel is what float32 quaternions may cost.
  const apart = [0, 4, 8].map((row) =>
    [0, 1, 2].reduce(
      (sum, c) => sum + Math.abs(s[row + c]! - q[row + c]!) * header.dim[c + 1]!,
      Math.abs(s[row + 3]! - q[row + 3]!)
    )
  )
  if (Math.max(...apart) <= 0.1 * Math.min(...header.pixdim.slice(1, 4))) return []
  return ['the sform and qform of the header disagree: the sform is used']
}

function dataOffset(header: NiftiHeader): number {
  // The four bytes after the header say whether extensions follow; smaller offsets are known from old writers.
  const least = (header.version === 1 ? NIFTI1_LAYOUT.size : NIFTI2_LAYOUT.size) + 4
  return Math.max(least, Math.trunc(header.voxelOffset) || 0)
}

/** A slope of 0 means that values are not scaled (nifti1.h); one that is not finite is read likewise, as nibabel does. */
function scaling({ slope, intercept }: NiftiHeader): { slope: number; intercept: number } {
  const scaled = slope !== 0 && Number.isFinite(slope) && Number.isFinite(intercept)
  return scaled ? { slope, intercept } : { slope: 1, intercept: 0 }
}
