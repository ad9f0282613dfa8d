import { RowLists, Source, Tap, Window } from './records'

/**
 * Spike lists: the numbers of the inputs that fired, for a segment of a row of neurons, sorted by x. An entry is
 * (x·rows + row)·channels + channel, with x counted from the segment's first input column: its weights lie that many
 * vectors behind those of x = 0, so that one address calculation finds the weights for all taps along x.
 *
 * They are merged from lists of single rows of the source, which are made once and serve up to three rows of neurons.
 */

/** Bytes of an entry. */
const ENTRY: usize = 2
/** Entries of a vector. */
const VECTOR: usize = 16

/** A row that is merged: the number of its first channel within a column, eight times, and where its list's columns begin. */
const ROW: usize = 32
const COLUMNS: usize = 16

/** Rows of each plane that are kept. */
const RING: i32 = 3
/** Planes of the source that reach a plane of neurons. */
const PLANES: i32 = 3
/** Of a slot whose row is not known. */
const NOTHING: i32 = -2

/** Forgets the rows; to be called before another timestep, plane or segment. */
export function forgetRows(rowLists: RowLists): void {
  for (let slot = 0; slot < PLANES * RING; slot++) store<i32>(rowLists.keys + (<usize>slot << 2), NOTHING)
}

/**
 * Lists the spikes that reach neurons first…first+length−1 of row (y, z).
 *
 * @param starts gets the address at which each column begins, from first−1 to first+length, and the end
 * @param rows scratch for the rows that take part
 */
export function listSpikes(
  source: Source,
  window: Window,
  rowLists: RowLists,
  y: i32,
  z: i32,
  list: usize,
  starts: usize,
  rows: usize
): void {
  const rowEnd = rows + <usize>gatherRows(source, window, rowLists, y, z, rows) * ROW
  const stride = i16x8.splat(<i16>(source.rows * source.masks.channels))
  let number = i16x8.splat(0)
  let at = list
  const end = (<usize>window.length + 2) << 2
  for (let column: usize = 0; column < end; column += 4) {
    store<u32>(starts + column, <u32>at)
    for (let row = rows; row < rowEnd; row += ROW) {
      const base = i16x8.add(number, v128.load(row))
      const begin = <usize>load<u32>(row, COLUMNS) + column
      let from = <usize>load<u32>(begin)
      const bytes = <usize>load<u32>(begin, 4) - from
      v128.store(at, i16x8.add(base, v128.load(from)))
      v128.store(at, i16x8.add(base, v128.load(from, VECTOR)), VECTOR)
      const next = at + bytes
      // Few columns have more than two vectors' worth.
      for (at += 2 * VECTOR, from += 2 * VECTOR; at < next; at += VECTOR, from += VECTOR) {
        v128.store(at, i16x8.add(base, v128.load(from)))
      }
      at = next
    }
    number = i16x8.add(number, stride)
  }
  store<u32>(starts + end, <u32>at)
}

/** Finds the rows of the source that reach row (y, z) of the neurons; gives how many there are. */
function gatherRows(source: Source, window: Window, rowLists: RowLists, y: i32, z: i32, rows: usize): i32 {
  const tap = source.tap
  if (tap == Tap.POINT) return gatherBox(source, window, rowLists, y, z, 1, rows)
  if (tap == Tap.UPSAMPLED) {
    return gatherBox(source, window, rowLists, (y >> 1) - 1 + (y & 1), (z >> 1) - 1 + (z & 1), 2, rows)
  }
  return gatherBox(source, window, rowLists, y - 1, z - 1, 3, rows)
}

/** The rows of an edge × edge box of the source from (y, z). */
function gatherBox(
  source: Source,
  window: Window,
  rowLists: RowLists,
  y: i32,
  z: i32,
  edge: i32,
  rows: usize
): i32 {
  const halve = source.tap == Tap.POOLED ? 1 : 0
  const height = source.masks.height >> halve
  const depth = source.masks.depth >> halve
  let count = 0
  for (let dz = 0; dz < edge; dz++) {
    const sz = z + dz
    if (<u32>sz >= <u32>depth) continue
    for (let dy = 0; dy < edge; dy++) {
      const sy = y + dy
      if (<u32>sy >= <u32>height) continue
      const at = rows + <usize>count * ROW
      v128.store(at, i16x8.splat(<i16>((dz * edge + dy) * source.masks.channels)))
      store<u32>(at, <u32>rowList(source, window, rowLists, dz, sy, sz), COLUMNS)
      count++
    }
  }
  return count
}

/** The list of one row of the source, made unless it is still there: the address of where its columns begin. */
function rowList(source: Source, window: Window, rowLists: RowLists, plane: i32, y: i32, z: i32): usize {
  const index = plane * RING + y % RING
  const slot = rowLists.slots + <usize>(index * rowLists.slotBytes)
  const key = rowLists.keys + (<usize>index << 2)
  if (load<i32>(key) != y) {
    store<i32>(key, y)
    listRow(source, window, y, z, slot, slot + <usize>rowLists.headBytes)
  }
  return slot
}

function listRow(source: Source, window: Window, y: i32, z: i32, starts: usize, list: usize): void {
  const grid = source.masks
  const bytes = <usize>(grid.channels >> 3)
  const rowBytes = <usize>grid.rowBytes
  const pooled = source.tap == Tap.POOLED
  const columns = pooled ? grid.width >> 1 : grid.width
  const columnBytes = pooled ? 2 * bytes : bytes
  const planeBytes = <usize>grid.height * rowBytes
  const row = pooled
    ? window.masks + <usize>(2 * z) * planeBytes + <usize>(2 * y) * rowBytes
    : window.masks + <usize>z * planeBytes + <usize>y * rowBytes
  let at = list
  for (let x = window.first - 1; x <= window.first + window.length; x++) {
    store<u32>(starts, <u32>at)
    starts += 4
    if (<u32>x >= <u32>columns) continue
    const from = row + <usize>x * columnBytes
    at = listChannels(from, bytes, at, window.bitTable)
    if (pooled) {
      // Each of the eight voxels' spikes is an event of its own.
      at = listChannels(from + bytes, bytes, at, window.bitTable)
      for (let corner = 1; corner < 4; corner++) {
        const line = from + <usize>(corner & 1) * rowBytes + <usize>(corner >> 1) * planeBytes
        at = listChannels(line, bytes, at, window.bitTable)
        at = listChannels(line + bytes, bytes, at, window.bitTable)
      }
    }
  }
  store<u32>(starts, <u32>at)
}

/** Appends the number of each channel that fired in one voxel; writes up to seven entries beyond the last. */
@inline
function listChannels(from: usize, bytes: usize, at: usize, bitTable: usize): usize {
  const eight = i16x8.splat(8)
  let base = i16x8.splat(0)
  for (let byte: usize = 0; byte < bytes; byte += 2) {
    const word = <u32>load<u16>(from + byte)
    const low = word & 0xff
    const high = word >>> 8
    v128.store(at, i16x8.add(base, v128.load_ext<u8>(bitTable + <usize>(low << 3))))
    at += <usize>popcnt(low) * ENTRY
    base = i16x8.add(base, eight)
    v128.store(at, i16x8.add(base, v128.load_ext<u8>(bitTable + <usize>(high << 3))))
    at += <usize>popcnt(high) * ENTRY
    base = i16x8.add(base, eight)
  }
  return at
}
