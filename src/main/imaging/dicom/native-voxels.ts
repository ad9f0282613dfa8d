import { decodeVoxels, type VoxelType } from '../decode-voxels'
import type { Instance } from './instance'

/** Values as a file stores them, before they are rescaled. */
export type StoredValues =
  Uint8Array | Int8Array | Uint16Array | Int16Array | Uint32Array | Int32Array | Float32Array

const TYPES = {
  '8 false': ['uint8', Uint8Array],
  '8 true': ['int8', Int8Array],
  '16 false': ['uint16', Uint16Array],
  '16 true': ['int16', Int16Array],
  '32 false': ['uint32', Uint32Array],
  '32 true': ['int32', Int32Array]
} as const satisfies Record<string, readonly [VoxelType, new (buffer: ArrayBuffer) => StoredValues]>

/** Bytes of one frame as stored uncompressed. */
export function frameBytes({ columns, rows, bitsAllocated }: Instance): number {
  return (columns * rows * bitsAllocated) / 8
}

/** The stored values of one uncompressed frame. */
export function nativeFrame(bytes: Uint8Array, start: number, instance: Instance): StoredValues {
  const { columns, rows, bitsAllocated, bitsStored, signed, syntax } = instance
  const [type, Numbers] = TYPES[`${bitsAllocated} ${signed}` as keyof typeof TYPES]
  // Nearly every file is little-endian, as is every machine that this runs on: its bytes are the numbers.
  const values = syntax.littleEndian
    ? new Numbers(Uint8Array.from(bytes.subarray(start, start + frameBytes(instance))).buffer)
    : decodeVoxels(bytes, start, columns * rows, {
        type,
        littleEndian: false,
        slope: 1,
        intercept: 0
      })
  return bitsStored === bitsAllocated ? values : withoutSpareBits(values, instance)
}

/** Old files keep overlays in the bits that the image leaves free, and a sign may end at the highest bit stored. */
function withoutSpareBits(
  values: StoredValues,
  { bitsStored, highBit, signed }: Instance
): StoredValues {
  const unused = 32 - bitsStored
  const lowest = highBit + 1 - bitsStored
  for (let n = 0; n < values.length; n++) {
    const aligned = ((values[n]! | 0) >> lowest) << unused
    values[n] = signed ? aligned >> unused : aligned >>> unused
  }
  return values
}
