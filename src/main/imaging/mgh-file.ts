import type { Geometry, Triple } from '../../shared/geometry'
import { geometryFromRasAffine, voxelCount } from '../../core/volume/geometry'
import { bytesPerVoxel, decodeVoxels, type VoxelType } from './decode-voxels'
import { badInput, checkDimensions, checkDirection, checkSpacing } from './image-checks'
import { looksLikeText, readContent, readHead } from './packed-file'

/** Where the voxels begin, in both the packed and the plain file. */
const DATA_OFFSET = 284

const VOXEL_TYPES: ReadonlyMap<number, VoxelType> = new Map([
  [0, 'uint8'],
  [1, 'int32'],
  [3, 'float32'],
  [4, 'int16'],
  [10, 'uint16']
])

/** Direction cosines FreeSurfer assumes where a file says nothing: columns of R, A, S for a coronal slice. */
const CORONAL = [-1, 0, 0, 0, 0, -1, 0, 1, 0]

/**
 * Reads a 3-D FreeSurfer MGH or MGZ file (https://surfer.nmr.mgh.harvard.edu/fswiki/FsTutorial/MghFormat; big-endian).
 *
 * Not read through ITK, which fills up a truncated one with whatever is in memory.
 *
 * @throws HippospikeError (input)
 */
export async function readMgh(
  path: string,
  repair: boolean
): Promise<{ geometry: Geometry; voxels: Float32Array }> {
  const head = await readHead(path)
  if (head.bytes.length < DATA_OFFSET) {
    const kind = looksLikeText(head.bytes) ? 'is text, not an MGH file' : 'is truncated'
    throw badInput(path, `${kind}; copy or export it again`)
  }
  const view = new DataView(head.bytes.buffer, head.bytes.byteOffset, head.bytes.byteLength)
  if (view.getInt32(0) !== 1) {
    throw badInput(path, 'is not an MGH file; give a .mgh or .mgz image as FreeSurfer writes it')
  }
  const dimensions = [4, 8, 12, 16].map((at) => view.getInt32(at))
  const size = checkDimensions(path, dimensions)
  const code = view.getInt32(20)
  const type = VOXEL_TYPES.get(code)
  if (type === undefined) {
    throw badInput(path, `has voxels of MGH type ${code}, which is not read; convert it to float`)
  }
  const geometry = checkDirection(path, geometryOf(path, view, size), repair)
  const count = voxelCount(size)
  const content = await readContent(path, head, DATA_OFFSET + count * bytesPerVoxel(type))
  const encoding = { type, littleEndian: false, slope: 1, intercept: 0 }
  return { geometry, voxels: decodeVoxels(content, DATA_OFFSET, count, encoding) }
}

function geometryOf(path: string, view: DataView, size: Triple): Geometry {
  const floats = (offset: number, count: number): number[] =>
    Array.from({ length: count }, (_, n) => view.getFloat32(offset + 4 * n))
  const placed = view.getInt16(28) > 0
  const spacing = placed ? floats(30, 3) : [1, 1, 1]
  checkSpacing(path, spacing)
  const cosines = placed ? floats(42, 9) : CORONAL
  const centre = placed ? floats(78, 3) : [0, 0, 0]
  // The file gives the centre (voxel size/2) and each axis's R, A, S; an affine has the axes in columns.
  const affine = [0, 1, 2].flatMap((row) => {
    const columns = [0, 1, 2].map((axis) => cosines[3 * axis + row]! * spacing[axis]!)
    const shift = columns.reduce((sum, step, axis) => sum + (step * size[axis]!) / 2, 0)
    return [...columns, centre[row]! - shift]
  })
  const geometry = geometryFromRasAffine(size, affine)
  checkSpacing(path, geometry.spacing)
  return geometry
}
