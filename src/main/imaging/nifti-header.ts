/**
 * The NIfTI-1 and NIfTI-2 headers, byte by byte (https://nifti.nimh.nih.gov/pub/dist/src/niftilib/nifti1.h, nifti2.h).
 *
 * ITK silently repairs what it does not like in a header (a spacing of 0 becomes 1, a sheared sform is replaced by the
 * qform), so the header is read here to be judged as it is and to be written back exactly.
 */
export interface NiftiHeader {
  version: 1 | 2
  littleEndian: boolean
  /** The header as read: 348 bytes (NIfTI-1) or 540 (NIfTI-2). */
  bytes: Uint8Array
  /** dim[0] is the number of axes. */
  dim: number[]
  datatype: number
  bitpix: number
  /** pixdim[0] carries the handedness of the qform (qfac). */
  pixdim: number[]
  voxelOffset: number
  slope: number
  intercept: number
  intentCode: number
  unitsCode: number
  qformCode: number
  sformCode: number
  quaternion: [number, number, number]
  qoffset: [number, number, number]
  /** Rows of the sform's 3×4 affine, in RAS millimetres. */
  srow: number[]
}

/** Rows of a 3×4 affine from voxel indices to RAS coordinates. */
export type Affine = number[]

/** Byte offsets; everything whose width differs between the versions is in `wide`. */
export const NIFTI1_LAYOUT = {
  size: 348, datatype: 70, bitpix: 72, dim: 40, pixdim: 76, voxelOffset: 108, slope: 112, intercept: 116,
  calMax: 124, calMin: 128, intentCode: 68, intentP: 56, intentName: 328, units: 123, qformCode: 252, sformCode: 254,
  quaternion: 256, qoffset: 268, srow: 280, sliceStart: 74, sliceEnd: 120, sliceCode: 122, magic: 344
} // prettier-ignore

export const NIFTI2_LAYOUT = {
  size: 540, datatype: 12, bitpix: 14, dim: 16, pixdim: 104, voxelOffset: 168, slope: 176, intercept: 184,
  calMax: 192, calMin: 200, intentCode: 504, intentP: 80, intentName: 508, units: 500, qformCode: 344, sformCode: 348,
  quaternion: 352, qoffset: 376, srow: 400, sliceStart: 224, sliceEnd: 232, sliceCode: 496, magic: 4
} // prettier-ignore

/** Bytes enough to hold either header. */
export const NIFTI_HEADER_BYTES = NIFTI2_LAYOUT.size

/** Reads the header at the start of `bytes`; null where they are no single-file NIfTI. */
export function parseNiftiHeader(bytes: Uint8Array): NiftiHeader | null {
  if (bytes.length < NIFTI1_LAYOUT.size) return null
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  for (const littleEndian of [true, false]) {
    const size = view.getInt32(0, littleEndian)
    if (size === NIFTI1_LAYOUT.size && hasMagic(bytes, NIFTI1_LAYOUT.magic, 'n+1')) {
      return parse(bytes, view, 1, littleEndian)
    }
    const whole = bytes.length >= NIFTI2_LAYOUT.size
    if (size === NIFTI2_LAYOUT.size && whole && hasMagic(bytes, NIFTI2_LAYOUT.magic, 'n+2')) {
      return parse(bytes, view, 2, littleEndian)
    }
  }
  return null
}

function hasMagic(bytes: Uint8Array, offset: number, magic: string): boolean {
  return magic.split('').every((_, n) => bytes[offset + n] === magic.charCodeAt(n))
}

function parse(bytes: Uint8Array, view: DataView, version: 1 | 2, le: boolean): NiftiHeader {
  const at = version === 1 ? NIFTI1_LAYOUT : NIFTI2_LAYOUT
  const wide = version === 2
  const real = (offset: number, n = 0): number =>
    wide ? view.getFloat64(offset + 8 * n, le) : view.getFloat32(offset + 4 * n, le)
  const reals = (offset: number, count: number): number[] =>
    Array.from({ length: count }, (_, n) => real(offset, n))
  const code = (offset: number): number =>
    wide ? view.getInt32(offset, le) : view.getInt16(offset, le)
  const dim = Array.from({ length: 8 }, (_, n) =>
    wide ? Number(view.getBigInt64(at.dim + 8 * n, le)) : view.getInt16(at.dim + 2 * n, le)
  )
  return {
    version,
    littleEndian: le,
    bytes: bytes.slice(0, at.size),
    dim,
    datatype: view.getInt16(at.datatype, le),
    bitpix: view.getInt16(at.bitpix, le),
    pixdim: reals(at.pixdim, 8),
    voxelOffset: wide
      ? Number(view.getBigInt64(at.voxelOffset, le))
      : view.getFloat32(at.voxelOffset, le),
    slope: real(at.slope),
    intercept: real(at.intercept),
    intentCode: code(at.intentCode),
    unitsCode: wide ? view.getInt32(at.units, le) : view.getUint8(at.units),
    qformCode: code(at.qformCode),
    sformCode: code(at.sformCode),
    quaternion: reals(at.quaternion, 3) as [number, number, number],
    qoffset: reals(at.qoffset, 3) as [number, number, number],
    srow: reals(at.srow, 12)
  }
}

/** Millimetres in one spatial unit of the header; an unknown unit counts as millimetres, as everywhere else. */
export function millimetresPerUnit(header: NiftiHeader): number {
  const spatial = header.unitsCode & 7
  if (spatial === 1) return 1000
  if (spatial === 3) return 0.001
  return 1
}

/** The sform as it stands, in the header's units. */
export function sformAffine(header: NiftiHeader): Affine {
  return [...header.srow]
}

/** The qform's affine: quaternion, pixdim and offset (nifti1.h, "METHOD 2"). */
export function qformAffine(header: NiftiHeader): Affine {
  const [b, c, d] = header.quaternion
  const a = Math.sqrt(Math.max(0, 1 - (b * b + c * c + d * d)))
  const qfac = header.pixdim[0]! < 0 ? -1 : 1
  const [sx, sy, sz] = [header.pixdim[1]!, header.pixdim[2]!, header.pixdim[3]! * qfac]
  const [ox, oy, oz] = header.qoffset
  return [
    (a * a + b * b - c * c - d * d) * sx,
    2 * (b * c - a * d) * sy,
    2 * (b * d + a * c) * sz,
    ox,
    2 * (b * c + a * d) * sx,
    (a * a + c * c - b * b - d * d) * sy,
    2 * (c * d - a * b) * sz,
    oy,
    2 * (b * d - a * c) * sx,
    2 * (c * d + a * b) * sy,
    (a * a + d * d - b * b - c * c) * sz,
    oz
  ]
}

/**
 * The affine that places the image, in the header's units: the sform where its code is set, else the qform, else the
 * voxel sizes alone (nifti1.h, "METHOD 1").
 */
export function headerAffine(header: NiftiHeader): Affine {
  if (header.sformCode > 0) return sformAffine(header)
  if (header.qformCode > 0) return qformAffine(header)
  const [, sx, sy, sz] = header.pixdim
  return [sx!, 0, 0, 0, 0, sy!, 0, 0, 0, 0, sz!, 0]
}
