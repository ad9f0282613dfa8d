import { fire4 } from './neuron'
import { column, REACH_BYTES, weightsAt } from './reach'
import { Layer, Reach } from './records'

/**
 * What the neurons of a segment receive in one timestep: for each neuron the weights of the spikes around it are added up in
 * registers, over all rows and taps in one loop, since its inputs are neighbours in the spike lists.
 *
 * Four vectors of sums, and two spikes at a time, whose weights are added up first: so an addition need not wait for the one before, and
 * sums and weights fit into 16 registers. (With eight sums V8 keeps one in memory, and every spike waits for it.)
 */

/** Zeros, for 16 neurons. */
export const NO_WEIGHTS = memory.data(64, 64)

/**
 * Neurons of 16 channels: gathers, adds bias or image current, fires, and writes the spikes.
 *
 * @param channel the first of the 16
 * @param masks address of the positive spikes of the segment's first neuron, negative ones at `negatives` (0 for none)
 * @returns accumulates, in vectors of 16
 */
export function spike16(
  layer: Layer,
  reaches: usize,
  reachEnd: usize,
  length: i32,
  channel: i32,
  potentials: usize,
  netCounts: usize,
  masks: usize,
  negatives: usize
): i32 {
  const mode = layer.mode
  const rowBytes = <usize>(layer.channels << 2)
  const maskBytes = <usize>(layer.channels >> 3)
  const at = <usize>(channel << 2)
  const bias = layer.bias + at
  potentials += at
  netCounts += at
  masks += <usize>(channel >> 3)
  negatives += <usize>(channel >> 3)
  let entries: usize = 0
  for (let x = 0; x < length; x++) {
    let a0 = v128.load(bias)
    let a1 = v128.load(bias, 16)
    let a2 = v128.load(bias, 32)
    let a3 = v128.load(bias, 48)
    for (let r = reaches; r < reachEnd; r += REACH_BYTES) {
      const reach = changetype<Reach>(r)
      const col = column(reach, x)
      const range = reach.starts + (col << 2) + reach.offset
      let p = <usize>load<u32>(range)
      const end = <usize>load<u32>(range + reach.columns)
      const weights = weightsAt(reach, x, col)
      entries += end - p
      if (reach.negative == 0) {
        for (; p + 2 < end; p += 4) {
          const pair = load<u32>(p)
          const w = weights + <usize>((pair & 0xffff) << 6)
          const v = weights + <usize>((pair >>> 16) << 6)
          a0 = f32x4.add(a0, f32x4.add(v128.load(w), v128.load(v)))
          a1 = f32x4.add(a1, f32x4.add(v128.load(w, 16), v128.load(v, 16)))
          a2 = f32x4.add(a2, f32x4.add(v128.load(w, 32), v128.load(v, 32)))
          a3 = f32x4.add(a3, f32x4.add(v128.load(w, 48), v128.load(v, 48)))
        }
        // Nothing is added where they were even in number: cheaper than a branch that cannot be foreseen.
        const w = select(weights + (<usize>load<u16>(p) << 6), NO_WEIGHTS, p < end)
        a0 = f32x4.add(a0, v128.load(w))
        a1 = f32x4.add(a1, v128.load(w, 16))
        a2 = f32x4.add(a2, v128.load(w, 32))
        a3 = f32x4.add(a3, v128.load(w, 48))
      } else {
        for (; p < end; p += 2) {
          const w = weights + (<usize>load<u16>(p) << 6)
          a0 = f32x4.sub(a0, v128.load(w))
          a1 = f32x4.sub(a1, v128.load(w, 16))
          a2 = f32x4.sub(a2, v128.load(w, 32))
          a3 = f32x4.sub(a3, v128.load(w, 48))
        }
      }
    }
    const fired =
      fire4(mode, potentials, netCounts, a0) |
      (fire4(mode, potentials + 16, netCounts + 16, a1) << 4) |
      (fire4(mode, potentials + 32, netCounts + 32, a2) << 8) |
      (fire4(mode, potentials + 48, netCounts + 48, a3) << 12)
    store<u16>(masks, <u16>fired)
    if (mode != 0) {
      store<u16>(negatives, <u16>(fired >>> 16))
      negatives += maskBytes
      netCounts += rowBytes
    }
    potentials += rowBytes
    masks += maskBytes
  }
  return <i32>(entries >> 1)
}

/** Neurons whose current is the same at every timestep. */
export function spikeConstant(
  layer: Layer,
  currents: usize,
  length: i32,
  potentials: usize,
  netCounts: usize,
  masks: usize,
  negatives: usize
): void {
  const mode = layer.mode
  const groups = (length * layer.channels) >> 4
  for (let g = 0; g < groups; g++) {
    const fired =
      fire4(mode, potentials, netCounts, v128.load(currents)) |
      (fire4(mode, potentials + 16, netCounts + 16, v128.load(currents, 16)) << 4) |
      (fire4(mode, potentials + 32, netCounts + 32, v128.load(currents, 32)) << 8) |
      (fire4(mode, potentials + 48, netCounts + 48, v128.load(currents, 48)) << 12)
    store<u16>(masks, <u16>fired)
    if (mode != 0) {
      store<u16>(negatives, <u16>(fired >>> 16))
      negatives += 2
      netCounts += 64
    }
    currents += 64
    potentials += 64
    masks += 2
  }
}
