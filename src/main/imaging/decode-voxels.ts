/** Types a voxel may be stored as. */
export type VoxelType =
  | 'uint8'
  | 'int8'
  | 'int16'
  | 'uint16'
  | 'int32'
  | 'uint32'
  | 'int64'
  | 'uint64'
  | 'float32'
  | 'float64'

type Read = (view: DataView, offset: number, littleEndian: boolean) => number

const READERS: Readonly<Record<VoxelType, { bytes: number; read: Read }>> = {
  uint8: { bytes: 1, read: (view, at) => view.getUint8(at) },
  int8: { bytes: 1, read: (view, at) => view.getInt8(at) },
  int16: { bytes: 2, read: (view, at, le) => view.getInt16(at, le) },
  uint16: { bytes: 2, read: (view, at, le) => view.getUint16(at, le) },
  int32: { bytes: 4, read: (view, at, le) => view.getInt32(at, le) },
  uint32: { bytes: 4, read: (view, at, le) => view.getUint32(at, le) },
  int64: { bytes: 8, read: (view, at, le) => Number(view.getBigInt64(at, le)) },
  uint64: { bytes: 8, read: (view, at, le) => Number(view.getBigUint64(at, le)) },
  float32: { bytes: 4, read: (view, at, le) => view.getFloat32(at, le) },
  float64: { bytes: 8, read: (view, at, le) => view.getFloat64(at, le) }
}

export interface Encoding {
  type: VoxelType
  littleEndian: boolean
  /** `value = stored · slope + intercept` */
  slope: number
  intercept: number
}

export function bytesPerVoxel(type: VoxelType): number {
  return READERS[type].bytes
}

/** `count` voxels from byte `start` on, as float32 physical values. */
export function decodeVoxels(
  content: Uint8Array,
  start: number,
  count: number,
  { type, littleEndian, slope, intercept }: Encoding
): Float32Array {
  const { bytes, read } = READERS[type]
  const view = new DataView(content.buffer, content.byteOffset, content.byteLength)
  const voxels = new Float32Array(count)
  for (let n = 0; n < count; n++) {
    voxels[n] = read(view, start + n * bytes, littleEndian) * slope + intercept
  }
  return voxels
}
