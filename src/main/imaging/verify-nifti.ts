import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import { HippospikeError } from '../../shared/errors'
import type { Geometry } from '../../shared/geometry'
import { geometryFromRasAffine, orthonormalityError } from '../../core/volume/geometry'
import { SHEAR_TOLERANCE } from './image-checks'
import { itkGeometry, readThroughItk } from './itk-file'
import { headerGeometry } from './nifti-file'
import {
  millimetresPerUnit,
  parseNiftiHeader,
  qformAffine,
  sformAffine,
  type NiftiHeader
} from './nifti-header'

const gunzipAsync = promisify(gunzip)

/** What a NIfTI file that was just written must turn out to hold. */
export interface Expected {
  geometry: Geometry
  /** Everything before the voxels. */
  header: Uint8Array
  /** The voxels as stored, in the header's byte order. */
  voxels: Uint8Array
  bytesPerValue: number
}

/** Float32 headers keep seven digits; a coordinate in mm stays well below this. */
const GRID_TOLERANCE = 1e-3

/** ITK refuses a direction that is farther from orthonormal than this, with nothing but a number for an error. */
const ITK_SHEAR_TOLERANCE = 1e-5

/**
 * Reads a written file back and compares size, affine and voxels: its bytes, and where ITK can read the
 * format (not NIfTI-2, not a sheared affine) once more through ITK, as most other programs will.
 *
 * @param path of the file to read
 * @param name of the file in messages
 * @throws HippospikeError (internal)
 */
export async function verifyNifti(path: string, name: string, expected: Expected): Promise<void> {
  const header = await compareBytes(path, name, expected)
  compareGrid(name, header, expected.geometry)
  if (header.version === 1 && placements(header).every(readableByItk)) {
    await compareThroughItk(path, name, header, expected)
  }
}

/** In a function of its own, so that the bytes are out of memory when ITK has its turn: those of a head of 0.4 mm are many. */
async function compareBytes(path: string, name: string, expected: Expected): Promise<NiftiHeader> {
  const stored = await readFile(path)
  const content = stored[0] === 0x1f && stored[1] === 0x8b ? await gunzipAsync(stored) : stored
  const header = parseNiftiHeader(content)
  if (header === null) throw differs(name, 'its header')
  const start = expected.header.length
  if (!same(content.subarray(0, start), expected.header)) throw differs(name, 'its header')
  if (!same(content.subarray(start), expected.voxels)) throw differs(name, 'its voxels')
  return header
}

function compareGrid(name: string, header: NiftiHeader, geometry: Geometry): void {
  const own = headerGeometry(header)
  if (own.size.join() !== geometry.size.join()) throw differs(name, 'size')
  // A mask keeps the sheared affine of a source that was repaired for reading; its bytes were compared above.
  const sheared = orthonormalityError(own.direction) > SHEAR_TOLERANCE
  if (!sheared && !sameGrid(own, geometry)) throw differs(name, 'its affine')
}

async function compareThroughItk(
  path: string,
  name: string,
  header: NiftiHeader,
  expected: Expected
): Promise<void> {
  const image = await readThroughItk(path, false)
  const own = itkGeometry(image)
  if (own.size.join() !== expected.geometry.size.join()) throw differs(name, 'size through ITK')
  const { data } = image
  if (data === null) throw differs(name, 'its voxels through ITK')
  const native = new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
  const seen = header.littleEndian ? native : swapped(native, expected.bytesPerValue)
  if (!same(seen, expected.voxels)) throw differs(name, 'its voxels through ITK')
  // ITK has its own rules on which of qform and sform it takes; both are the source's. With neither it invents one.
  const placed = placements(header)
  if (placed.length > 0 && !placed.some((one) => sameGrid(one, own))) {
    throw differs(name, 'its affine through ITK')
  }
}

/** The grids that the qform and the sform of a header give, as far as their codes are set. */
function placements(header: NiftiHeader): Geometry[] {
  const scale = millimetresPerUnit(header)
  const { size } = headerGeometry(header)
  const affines = []
  if (header.sformCode > 0) affines.push(sformAffine(header))
  if (header.qformCode > 0) affines.push(qformAffine(header))
  return affines.map((affine) =>
    geometryFromRasAffine(
      size,
      affine.map((value) => value * scale)
    )
  )
}

function readableByItk({ direction }: Geometry): boolean {
  return orthonormalityError(direction) <= ITK_SHEAR_TOLERANCE
}

function sameGrid(a: Geometry, b: Geometry): boolean {
  const numbers = (g: Geometry): number[] => [...g.spacing, ...g.origin, ...g.direction]
  const other = numbers(b)
  return numbers(a).every((value, n) => Math.abs(value - other[n]!) <= GRID_TOLERANCE)
}

/** Bytes of each value in the opposite order. */
export function swapped(bytes: Uint8Array, bytesPerValue: number): Uint8Array {
  const out = new Uint8Array(bytes.length)
  for (let n = 0; n < bytes.length; n += bytesPerValue) {
    for (let b = 0; b < bytesPerValue; b++) out[n + b] = bytes[n + bytesPerValue - 1 - b]!
  }
  return out
}

function same(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0
}

function differs(name: string, what: string): HippospikeError {
  return new HippospikeError(
    'internal',
    `${name}: the file read back differs in ${what}, so it was not kept; please report this`
  )
}
