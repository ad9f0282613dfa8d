/** Types a voxel may be stored as, each as an array that this machine reads. */
const ARRAYS = {
  uint8: Uint8Array,
  int8: Int8Array,
  int16: Int16Array,
  uint16: Uint16Array,
  int32: Int32Array,
  uint32: Uint32Array,
  int64: BigInt64Array,
  uint64: BigUint64Array,
  float32: Float32Array,
  float64: Float64Array
} as const

export type VoxelType = keyof typeof ARRAYS

/** Voxels decoded at a time: as few copies of an image as can be are held beside it. */
const PIECE = 2 ** 20

export interface Encoding {
  type: VoxelType
  littleEndian: boolean
  /** `value = stored · slope + intercept` */
  slope: number
  intercept: number
}

export function bytesPerVoxel(type: VoxelType): number {
  return ARRAYS[type].BYTES_PER_ELEMENT
}

/** `count` voxels from byte `start` on, as float32 physical values. */
export function decodeVoxels(
  content: Uint8Array,
  start: number,
  count: number,
  { type, littleEndian, slope, intercept }: Encoding
): Float32Array {
  const voxels = new Float32Array(count)
  const bytes = bytesPerVoxel(type)
  for (let first = 0; first < count; first += PIECE) {
    const end = Math.min(first + PIECE, count)
    // A copy of its own: typed arrays must begin at a multiple of their size, and the bytes may have to be swapped.
    const piece = new Uint8Array(content.subarray(start + first * bytes, start + end * bytes))
    if (!littleEndian) swapBytes(piece, bytes)
    const stored = new ARRAYS[type](piece.buffer, 0, end - first)
    const target = voxels.subarray(first, end)
    if (stored instanceof BigInt64Array || stored instanceof BigUint64Array) {
      for (let n = 0; n < stored.length; n++) target[n] = Number(stored[n]) * slope + intercept
    } else if (slope === 1 && intercept === 0) {
      target.set(stored)
    } else {
      for (let n = 0; n < stored.length; n++) target[n] = stored[n]! * slope + intercept
    }
  }
  return voxels
}

/** Reverses the bytes of each voxel, in place. */
function swapBytes(piece: Uint8Array<ArrayBuffer>, bytes: number): void {
  const buffer = Buffer.from(piece.buffer)
  if (bytes === 2) buffer.swap16()
  else if (bytes === 4) buffer.swap32()
  else if (bytes === 8) buffer.swap64()
}
