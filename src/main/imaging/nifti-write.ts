import type { Geometry, Triple } from '../../shared/geometry'
import { determinant3, nearestOrthonormal, rasAffine } from '../../core/volume/geometry'
import { NIFTI1_LAYOUT, NIFTI2_LAYOUT, type NiftiHeader } from './nifti-header'
import type { SourceHeader } from './read-image'

/** NIFTI_INTENT_LABEL: the voxel values are indices into a table of labels. */
export const INTENT_LABEL = 1002

const DATATYPES = {
  uint8: { code: 2, bits: 8 },
  float32: { code: 16, bits: 32 }
} as const

export interface Contents {
  datatype: keyof typeof DATATYPES
  intentCode: number
  /** Values along a fourth axis, or null for a 3-D image. */
  channels: number | null
}

/**
 * The bytes before the voxels of a NIfTI file on the source's grid: header and an empty list of extensions.
 *
 * Of a NIfTI source the header is copied, so that qform, sform, their codes and the voxel sizes are the source's bit for
 * bit; what describes its voxels is replaced. Of another source a NIfTI-1 header is made with both codes 1 (scanner).
 * Bytes keep the source's order.
 */
export function headerOnGrid(
  source: SourceHeader,
  geometry: Geometry,
  contents: Contents
): { bytes: Uint8Array; littleEndian: boolean } {
  if (source.format === 'nifti') {
    const { nifti } = source
    return {
      bytes: withContents(nifti.bytes, nifti.version, nifti.littleEndian, geometry, contents),
      littleEndian: nifti.littleEndian
    }
  }
  const bytes = withContents(headerFromGeometry(geometry), 1, true, geometry, contents)
  return { bytes, littleEndian: true }
}

function withContents(
  header: Uint8Array,
  version: NiftiHeader['version'],
  le: boolean,
  geometry: Geometry,
  contents: Contents
): Uint8Array {
  const at = version === 1 ? NIFTI1_LAYOUT : NIFTI2_LAYOUT
  const wide = version === 2
  const bytes = new Uint8Array(at.size + 4)
  bytes.set(header.subarray(0, at.size))
  const view = new DataView(bytes.buffer)
  const real = (offset: number, value: number): void =>
    wide ? view.setFloat64(offset, value, le) : view.setFloat32(offset, value, le)
  const code = (offset: number, value: number): void =>
    wide ? view.setInt32(offset, value, le) : view.setInt16(offset, value, le)
  const channels = contents.channels ?? 1
  const dim = [contents.channels === null ? 3 : 4, ...geometry.size, channels, 1, 1, 1]
  dim.forEach((n, axis) =>
    wide
      ? view.setBigInt64(at.dim + 8 * axis, BigInt(n), le)
      : view.setInt16(at.dim + 2 * axis, n, le)
  )
  // The axes beyond space are none of the source's.
  for (let axis = 4; axis < 8; axis++) real(at.pixdim + (wide ? 8 : 4) * axis, 1)
  const { code: datatype, bits } = DATATYPES[contents.datatype]
  view.setInt16(at.datatype, datatype, le)
  view.setInt16(at.bitpix, bits, le)
  if (wide) view.setBigInt64(at.voxelOffset, BigInt(bytes.length), le)
  else view.setFloat32(at.voxelOffset, bytes.length, le)
  real(at.slope, 1)
  real(at.intercept, 0)
  real(at.calMax, 0)
  real(at.calMin, 0)
  code(at.intentCode, contents.intentCode)
  for (let n = 0; n < 3; n++) real(at.intentP + (wide ? 8 : 4) * n, 0)
  bytes.fill(0, at.intentName, at.intentName + 16)
  return bytes
}

/** A NIfTI-1 header, little-endian, with the geometry as qform and sform (codes 1) and millimetres as unit. */
function headerFromGeometry(geometry: Geometry): Uint8Array {
  const at = NIFTI1_LAYOUT
  const bytes = new Uint8Array(at.size)
  const view = new DataView(bytes.buffer)
  view.setInt32(0, at.size, true)
  bytes.set(new TextEncoder().encode('n+1'), at.magic)
  view.setUint8(at.units, 2)
  const affine = rasAffine(geometry)
  const { quaternion, qfac } = quaternionOf(geometry)
  const pixdim = [qfac, ...geometry.spacing]
  pixdim.forEach((value, n) => view.setFloat32(at.pixdim + 4 * n, value, true))
  quaternion.forEach((value, n) => view.setFloat32(at.quaternion + 4 * n, value, true))
  for (let row = 0; row < 3; row++) {
    view.setFloat32(at.qoffset + 4 * row, affine[4 * row + 3]!, true)
  }
  affine.forEach((value, n) => view.setFloat32(at.srow + 4 * n, value, true))
  view.setInt16(at.qformCode, 1, true)
  view.setInt16(at.sformCode, 1, true)
  return bytes
}

/**
 * The rotation of a geometry as NIfTI stores it: the vector part of a unit quaternion with a ≥ 0, and qfac = -1 where the
 * third axis is mirrored (nifti_mat44_to_quatern in nifti1_io.c).
 */
function quaternionOf(geometry: Geometry): { quaternion: Triple; qfac: number } {
  const lps = nearestOrthonormal(geometry.direction) ?? geometry.direction
  const r = lps.map((value, n) => (n < 6 ? -value : value))
  const qfac = determinant3(r) < 0 ? -1 : 1
  const [r11, r12, r13, r21, r22, r23, r31, r32, r33] = r.map((value, n) =>
    n % 3 === 2 ? value * qfac : value
  ) as [number, number, number, number, number, number, number, number, number]
  const trace = r11 + r22 + r33 + 1
  if (trace > 0.5) {
    const a = Math.sqrt(trace) / 2
    return {
      quaternion: [(r32 - r23) / (4 * a), (r13 - r31) / (4 * a), (r21 - r12) / (4 * a)],
      qfac
    }
  }
  const xd = 1 + r11 - (r22 + r33)
  const yd = 1 + r22 - (r11 + r33)
  const zd = 1 + r33 - (r11 + r22)
  let a: number
  let q: Triple
  if (xd > 1) {
    const b = Math.sqrt(xd) / 2
    q = [b, (r12 + r21) / (4 * b), (r13 + r31) / (4 * b)]
    a = (r32 - r23) / (4 * b)
  } else if (yd > 1) {
    const c = Math.sqrt(yd) / 2
    q = [(r12 + r21) / (4 * c), c, (r23 + r32) / (4 * c)]
    a = (r13 - r31) / (4 * c)
  } else {
    const d = Math.sqrt(zd) / 2
    q = [(r13 + r31) / (4 * d), (r23 + r32) / (4 * d), d]
    a = (r21 - r12) / (4 * d)
  }
  return { quaternion: a < 0 ? (q.map((value) => -value) as Triple) : q, qfac }
}
