import { Masks, PooledRows, Window } from './records'

/**
 * Average pooling of masks: of each channel it is counted how many of eight voxels fired, 0…8. The four bits of the counts take the
 * place of four times as many channels, [bit][channel], and weigh 1, 2, 4 and 8 eighths.
 */

/** Rows of each plane that are kept. */
const RING: i32 = 3
/** Planes of the source that reach a plane of neurons. */
const PLANES: i32 = 3
/** Of a slot whose row is not known. */
const NOTHING: i32 = -2

/** Forgets the rows; to be called before another timestep, plane or segment. */
export function forgetRows(pooledRows: PooledRows): void {
  for (let slot = 0; slot < PLANES * RING; slot++) store<i32>(pooledRows.keys + (<usize>slot << 2), NOTHING)
}

/**
 * A pooled row of a segment, made unless it is still there.
 *
 * @param plane which of the planes that reach the neurons it is in
 * @returns the address of its counts at x = 0
 */
export function pooledRow(grid: Masks, window: Window, pooledRows: PooledRows, plane: i32, y: i32, z: i32): usize {
  const index = plane * RING + y % RING
  const slot = pooledRows.slots + <usize>(index * pooledRows.slotBytes)
  const key = pooledRows.keys + (<usize>index << 2)
  const first = max(window.first - 1, 0)
  if (load<i32>(key) != y) {
    store<i32>(key, y)
    const end = min(window.first + window.length + 1, grid.width >> 1)
    countRow(grid, window.masks, first, end, y, z, slot)
  }
  return slot - <usize>(first * (grid.channels >> 1))
}

/** Columns x0…x1−1. */
function countRow(grid: Masks, masks: usize, x0: i32, x1: i32, y: i32, z: i32, to: usize): void {
  const bytes = <usize>(grid.channels >> 3)
  const row = <usize>grid.rowBytes
  const plane = <usize>grid.height * row
  let from = masks + <usize>(2 * z) * plane + <usize>(2 * y) * row + <usize>(2 * x0) * bytes
  for (let x = x0; x < x1; x++) {
    for (let byte: usize = 0; byte < bytes; byte += 2) {
      countChannels(from + byte, bytes, row, plane, to + byte)
    }
    from += 2 * bytes
    to += 4 * bytes
  }
}

/** 16 channels of eight voxels: all bits of a count at once, by full adders. */
@inline
function countChannels(from: usize, bytes: usize, row: usize, plane: usize, to: usize): void {
  const a = <u32>load<u16>(from)
  const b = <u32>load<u16>(from + bytes)
  const c = <u32>load<u16>(from + row)
  const d = <u32>load<u16>(from + row + bytes)
  const e = <u32>load<u16>(from + plane)
  const f = <u32>load<u16>(from + plane + bytes)
  const g = <u32>load<u16>(from + plane + row)
  const h = <u32>load<u16>(from + plane + row + bytes)
  const ones0 = a ^ b ^ c
  const ones1 = d ^ e ^ f
  const ones2 = g ^ h
  const twos0 = majority(a, b, c)
  const twos1 = majority(d, e, f)
  const twos2 = g & h
  const twos3 = majority(ones0, ones1, ones2)
  const twos = twos0 ^ twos1 ^ twos2
  const fours0 = majority(twos0, twos1, twos2)
  const fours1 = twos & twos3
  store<u16>(to, <u16>(ones0 ^ ones1 ^ ones2))
  store<u16>(to + bytes, <u16>(twos ^ twos3))
  store<u16>(to + 2 * bytes, <u16>(fours0 ^ fours1))
  store<u16>(to + 3 * bytes, <u16>(fours0 & fours1))
}

/** The bits that are set in two of three. */
@inline
function majority(a: u32, b: u32, c: u32): u32 {
  return (a & b) | (c & (a ^ b))
}
