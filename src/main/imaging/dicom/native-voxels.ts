import { decodeVoxels, type VoxelType } from '../decode-voxels'
import type { Instance } from './instance'

const TYPES: ReadonlyMap<string, VoxelType> = new Map([
  ['8 false', 'uint8'],
  ['8 true', 'int8'],
  ['16 false', 'uint16'],
  ['16 true', 'int16'],
  ['32 false', 'uint32'],
  ['32 true', 'int32']
])

/** Bytes of one frame as stored uncompressed. */
export function frameBytes({ columns, rows, bitsAllocated }: Instance): number {
  return (columns * rows * bitsAllocated) / 8
}

/** The stored (not yet rescaled) values of one uncompressed frame. */
export function nativeFrame(bytes: Uint8Array, start: number, instance: Instance): Float32Array {
  const { columns, rows, bitsAllocated, bitsStored, highBit, signed } = instance
  const type = TYPES.get(`${bitsAllocated} ${signed}`)!
  const encoding = { type, littleEndian: instance.syntax.littleEndian, slope: 1, intercept: 0 }
  const values = decodeVoxels(bytes, start, columns * rows, encoding)
  if (bitsStored === bitsAllocated) return values
  // Old files keep overlays in the bits that the image leaves free, and signs may end at the highest bit stored.
  const unused = 32 - bitsStored
  const lowest = highBit + 1 - bitsStored
  for (let n = 0; n < values.length; n++) {
    const aligned = ((values[n]! | 0) >> lowest) << unused
    values[n] = signed ? aligned >> unused : aligned >>> unused
  }
  return values
}
