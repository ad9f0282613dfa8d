import { open, readFile, type FileHandle } from 'node:fs/promises'
import { constants, gunzip, gunzipSync } from 'node:zlib'
import { promisify } from 'node:util'
import type { Geometry } from '../../shared/geometry'
import { geometryFromRasAffine, voxelCount } from '../../core/volume/geometry'
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

const gunzipAsync = promisify(gunzip)

/** Enough compressed bytes to hold a NIfTI header however badly it compresses. */
const HEAD_BYTES = 4096
/** Bytes after the voxels that are ignored, as other readers do; more is a file that is not what it says. */
const TRAILING_BYTES = 2 ** 26

export interface NiftiFile {
  header: NiftiHeader
  geometry: Geometry
  /** Physical values: slope and intercept applied. */
  voxels: Float32Array
  warnings: string[]
}

type Reader = (view: DataView, offset: number, littleEndian: boolean) => number

const READERS: ReadonlyMap<number, { bytes: number; read: Reader }> = new Map([
  [2, { bytes: 1, read: (view, at) => view.getUint8(at) }],
  [256, { bytes: 1, read: (view, at) => view.getInt8(at) }],
  [4, { bytes: 2, read: (view, at, le) => view.getInt16(at, le) }],
  [512, { bytes: 2, read: (view, at, le) => view.getUint16(at, le) }],
  [8, { bytes: 4, read: (view, at, le) => view.getInt32(at, le) }],
  [768, { bytes: 4, read: (view, at, le) => view.getUint32(at, le) }],
  [1024, { bytes: 8, read: (view, at, le) => Number(view.getBigInt64(at, le)) }],
  [1280, { bytes: 8, read: (view, at, le) => Number(view.getBigUint64(at, le)) }],
  [16, { bytes: 4, read: (view, at, le) => view.getFloat32(at, le) }],
  [64, { bytes: 8, read: (view, at, le) => view.getFloat64(at, le) }]
])

/**
 * Reads a 3-D scalar NIfTI-1 or NIfTI-2 file, compressed or not (told by its content, not its name).
 *
 * Not read through ITK: it rewrites bad geometry on the way and stops at a sheared sform, which we can offer to repair.
 *
 * @throws HippospikeError (input) that says what is wrong with the file
 */
export async function readNifti(path: string, repair: boolean): Promise<NiftiFile> {
  const { header, compressed } = await readHeader(path)
  const { geometry, warnings } = checkHeader(path, header, repair)
  const type = READERS.get(header.datatype)!
  const start = dataOffset(header)
  const needed = start + voxelCount(geometry.size) * type.bytes
  const stored = await readFile(path)
  const content = compressed ? await inflate(path, stored, needed) : stored
  if (content.length < needed) {
    throw badInput(
      path,
      `is truncated: it holds ${content.length} of the ${needed} bytes its header declares; copy or download it again`
    )
  }
  return { header, geometry, voxels: decode(header, content, start, geometry), warnings }
}

async function readHeader(path: string): Promise<{ header: NiftiHeader; compressed: boolean }> {
  let file: FileHandle | undefined
  let head: Uint8Array
  try {
    file = await open(path)
    const { buffer, bytesRead } = await file.read(new Uint8Array(HEAD_BYTES), 0, HEAD_BYTES, 0)
    head = buffer.subarray(0, bytesRead)
  } finally {
    await file?.close()
  }
  const compressed = head[0] === 0x1f && head[1] === 0x8b
  const start = compressed ? inflateHead(path, head) : head
  const header = parseNiftiHeader(start)
  if (header !== null) return { header, compressed }
  if (start.length < NIFTI_HEADER_BYTES && compressed) {
    throw badInput(path, 'is truncated within its header; copy or download it again')
  }
  throw badInput(
    path,
    `is not a NIfTI file${looksLikeText(start) ? ' but text' : ''}; give a .nii or .nii.gz image`
  )
}

function inflateHead(path: string, head: Uint8Array): Uint8Array {
  try {
    return gunzipSync(head, { finishFlush: constants.Z_SYNC_FLUSH })
  } catch (cause) {
    throw badInput(path, 'is damaged: its gzip data cannot be unpacked; copy it again', cause)
  }
}

async function inflate(path: string, stored: Uint8Array, needed: number): Promise<Uint8Array> {
  try {
    return await gunzipAsync(stored, { maxOutputLength: needed + TRAILING_BYTES })
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code
    if (code === 'Z_BUF_ERROR') {
      throw badInput(
        path,
        'is truncated: its gzip data ends early; copy or download it again',
        cause
      )
    }
    if (code === 'ERR_BUFFER_TOO_LARGE') {
      throw badInput(
        path,
        `unpacks to far more than the ${needed} bytes its header declares; check it`,
        cause
      )
    }
    throw badInput(path, 'is damaged: its gzip data cannot be unpacked; copy it again', cause)
  }
}

function looksLikeText(bytes: Uint8Array): boolean {
  return bytes.length > 0 && bytes.subarray(0, 64).every((byte) => byte >= 9 && byte < 127)
}

function checkHeader(
  path: string,
  header: NiftiHeader,
  repair: boolean
): { geometry: Geometry; warnings: string[] } {
  const axes = header.dim[0]!
  if (axes < 1 || axes > 7) {
    throw badInput(path, `declares ${axes} axes, so its header is damaged; export the image again`)
  }
  checkDatatype(path, header)
  const size = checkDimensions(path, header.dim.slice(1, axes + 1))
  checkSpacing(path, header.pixdim.slice(1, 4))
  const scale = millimetresPerUnit(header)
  const affine = headerAffine(header).map((value) => value * scale)
  const geometry = geometryFromRasAffine(size, affine)
  checkSpacing(path, geometry.spacing)
  return {
    geometry: checkDirection(path, geometry, repair),
    warnings: headerWarnings(header)
  }
}

function checkDatatype(path: string, header: NiftiHeader): void {
  const { datatype } = header
  if (READERS.has(datatype)) return
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
  const farthest = [0, 4, 8].map((row) => {
    const shift = [0, 1, 2].reduce(
      (sum, c) => sum + Math.abs(s[row + c]! - q[row + c]!) * header.dim[c + 1]!,
      Math.abs(s[row + 3]! - q[row + 3]!)
    )
    return shift
  })
  // A tenth of a millimetre: what float32 quaternions of a large image may differ by.
  if (Math.max(...farthest) <= 0.1) return []
  return ['the sform and qform of the header disagree: the sform is used']
}

function dataOffset(header: NiftiHeader): number {
  // The four bytes after the header say whether extensions follow; smaller offsets are known from old writers.
  const least = (header.version === 1 ? NIFTI1_LAYOUT.size : NIFTI2_LAYOUT.size) + 4
  return Math.max(least, Math.trunc(header.voxelOffset) || 0)
}

function decode(
  header: NiftiHeader,
  content: Uint8Array,
  start: number,
  geometry: Geometry
): Float32Array {
  const { bytes, read } = READERS.get(header.datatype)!
  const view = new DataView(content.buffer, content.byteOffset, content.byteLength)
  // A slope of 0 means that values are not scaled (nifti1.h); nibabel reads one that is not finite likewise.
  const scaled =
    header.slope !== 0 && Number.isFinite(header.slope) && Number.isFinite(header.intercept)
  const slope = scaled ? header.slope : 1
  const intercept = scaled ? header.intercept : 0
  const voxels = new Float32Array(voxelCount(geometry.size))
  const { littleEndian } = header
  for (let n = 0; n < voxels.length; n++) {
    voxels[n] = read(view, start + n * bytes, littleEndian) * slope + intercept
  }
  return voxels
}
