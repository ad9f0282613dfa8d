import { pooledRow } from './pool'
import { PooledRows, Source, Tap, Window } from './records'

/**
 * Spike lists: the numbers of the inputs that fired, for a segment of a row of neurons, sorted by x. An entry is
 * (x·rows + row)·inputs + input, with x counted from the segment's first input column: its weights lie that many
 * vectors behind those of x = 0, so that one address calculation finds the weights for all taps along x.
 *
 * They are made from the masks anew for each row of neurons. That is cheaper than to keep a list of each row of the source and to merge
 * those, as long as a voxel has few channels.
 */

/** Bytes of an entry. */
const ENTRY: usize = 2

/** 16 inputs of a row that is listed: the number of the first within a column, eight times, and the address of their mask at x = 0. */
const WORD: usize = 32
const ADDRESS: usize = 16

/**
 * Lists the spikes that reach neurons first…first+length−1 of row (y, z).
 *
 * @param starts gets the address at which each column begins, from first−1 to first+length, and the end
 * @param words scratch for the inputs that take part, sixteen by sixteen
 */
export function listSpikes(
  source: Source,
  window: Window,
  pooledRows: PooledRows,
  y: i32,
  z: i32,
  list: usize,
  starts: usize,
  words: usize
): void {
  const wordEnd = words + <usize>findWords(source, window, pooledRows, y, z, words) * WORD
  const columns = source.masks.width >> halving(source)
  const bytes = <usize>(source.inputs >> 3)
  const bitTable = window.bitTable
  const stride = i16x8.splat(<i16>(source.rows * source.inputs))
  const end = window.first + window.length
  let number = i16x8.splat(0)
  let at = list
  for (let x = window.first - 1; x <= end; x++, starts += 4) {
    store<u32>(starts, <u32>at)
    if (<u32>x < <u32>columns) {
      const column = <usize>x * bytes
      for (let word = words; word < wordEnd; word += WORD) {
        const mask = <u32>load<u16>(<usize>load<u32>(word, ADDRESS) + column)
        at = listMask(mask, i16x8.add(number, v128.load(word)), at, bitTable)
      }
    }
    number = i16x8.add(number, stride)
  }
  store<u32>(starts, <u32>at)
}

/** Appends the numbers of the set bits, the first of which has number `base`; writes up to seven entries beyond the last. */
@inline
function listMask(mask: u32, base: v128, at: usize, bitTable: usize): usize {
  const count = popcnt(mask)
  if (count <= 8) {
    v128.store(at, i16x8.add(base, positions(mask, bitTable)))
  } else {
    const low = mask & 0xff
    v128.store(at, i16x8.add(base, positions(low, bitTable)))
    v128.store(at + <usize>popcnt(low) * ENTRY, i16x8.add(base, positions(mask & 0xff00, bitTable)))
  }
  return at + <usize>count * ENTRY
}

/** Where the first eight set bits are. */
@inline
function positions(mask: u32, bitTable: usize): v128 {
  return v128.load_ext<u8>(bitTable + <usize>(mask << 3))
}

/** 1 where two voxels of the source are one for the neurons, else 0. */
@inline
function halving(source: Source): i32 {
  return source.tap == Tap.POOLED ? 1 : 0
}

/** Finds the inputs that reach row (y, z) of the neurons, sixteen by sixteen; gives how many times sixteen there are. */
function findWords(source: Source, window: Window, pooledRows: PooledRows, y: i32, z: i32, words: usize): i32 {
  const tap = source.tap
  if (tap == Tap.POINT) return findBox(source, window, pooledRows, y, z, 1, words)
  if (tap == Tap.UPSAMPLED) {
    return findBox(source, window, pooledRows, (y >> 1) - 1 + (y & 1), (z >> 1) - 1 + (z & 1), 2, words)
  }
  return findBox(source, window, pooledRows, y - 1, z - 1, 3, words)
}

/** The inputs of an edge × edge box of the source from (y, z). */
function findBox(
  source: Source,
  window: Window,
  pooledRows: PooledRows,
  y: i32,
  z: i32,
  edge: i32,
  words: usize
): i32 {
  const grid = source.masks
  const halve = halving(source)
  const height = grid.height >> halve
  const depth = grid.depth >> halve
  let at = words
  for (let dz = 0; dz < edge; dz++) {
    const sz = z + dz
    if (<u32>sz >= <u32>depth) continue
    for (let dy = 0; dy < edge; dy++) {
      const sy = y + dy
      if (<u32>sy >= <u32>height) continue
      const address = halve != 0
        ? pooledRow(grid, window, pooledRows, dz, sy, sz)
        : window.masks + <usize>(sz * grid.height + sy) * <usize>grid.rowBytes
      const number = (dz * edge + dy) * source.inputs
      for (let input = 0; input < source.inputs; input += 16, at += WORD) {
        v128.store(at, i16x8.splat(<i16>(number + input)))
        store<u32>(at, <u32>address + (input >> 3), ADDRESS)
      }
    }
  }
  return <i32>((at - words) / WORD)
}
