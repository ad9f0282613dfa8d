import { NO_WEIGHTS } from './gather'
import { fire8 } from './neuron'
import { column, REACH_BYTES, weightsAt } from './reach'
import { Layer, Reach } from './records'

/** As gather.ts, with weights and potentials as 16-bit integers in fractions of the threshold. */

/** {@link spike16} in 16-bit integers: twice as many neurons in a vector. Sums saturate. */
export function spike16Narrow(
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
  const unit = i16x8.splat(<i16>layer.unit)
  const rowBytes = <usize>(layer.channels << 1)
  const maskBytes = <usize>(layer.channels >> 3)
  const at = <usize>(channel << 1)
  const bias = layer.bias + at
  potentials += at
  netCounts += at
  masks += <usize>(channel >> 3)
  negatives += <usize>(channel >> 3)
  let entries: usize = 0
  for (let x = 0; x < length; x++) {
    let a0 = v128.load(bias)
    let a1 = v128.load(bias, 16)
    // Two sums a neuron, so that an addition need not wait for the one before.
    let b0 = i16x8.splat(0)
    let b1 = b0
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
          const w = weights + <usize>((pair & 0xffff) << 5)
          const v = weights + <usize>((pair >>> 16) << 5)
          a0 = i16x8.add_sat_s(a0, v128.load(w))
          a1 = i16x8.add_sat_s(a1, v128.load(w, 16))
          b0 = i16x8.add_sat_s(b0, v128.load(v))
          b1 = i16x8.add_sat_s(b1, v128.load(v, 16))
        }
        const w = select(weights + (<usize>load<u16>(p) << 5), NO_WEIGHTS, p < end)
        a0 = i16x8.add_sat_s(a0, v128.load(w))
        a1 = i16x8.add_sat_s(a1, v128.load(w, 16))
      } else {
        for (; p < end; p += 2) {
          const w = weights + (<usize>load<u16>(p) << 5)
          a0 = i16x8.sub_sat_s(a0, v128.load(w))
          a1 = i16x8.sub_sat_s(a1, v128.load(w, 16))
        }
      }
    }
    const fired =
      fire8(mode, potentials, netCounts, i16x8.add_sat_s(a0, b0), unit) |
      (fire8(mode, potentials + 16, netCounts + 16, i16x8.add_sat_s(a1, b1), unit) << 8)
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

/** The same for 32 channels in one pass. */
export function spike32Narrow(
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
  const unit = i16x8.splat(<i16>layer.unit)
  const rowBytes = <usize>(layer.channels << 1)
  const maskBytes = <usize>(layer.channels >> 3)
  const at = <usize>(channel << 1)
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
        for (; p < end; p += 2) {
          const w = weights + (<usize>load<u16>(p) << 6)
          a0 = i16x8.add_sat_s(a0, v128.load(w))
          a1 = i16x8.add_sat_s(a1, v128.load(w, 16))
          a2 = i16x8.add_sat_s(a2, v128.load(w, 32))
          a3 = i16x8.add_sat_s(a3, v128.load(w, 48))
        }
      } else {
        for (; p < end; p += 2) {
          const w = weights + (<usize>load<u16>(p) << 6)
          a0 = i16x8.sub_sat_s(a0, v128.load(w))
          a1 = i16x8.sub_sat_s(a1, v128.load(w, 16))
          a2 = i16x8.sub_sat_s(a2, v128.load(w, 32))
          a3 = i16x8.sub_sat_s(a3, v128.load(w, 48))
        }
      }
    }
    const low =
      fire8(mode, potentials, netCounts, a0, unit) |
      (fire8(mode, potentials + 16, netCounts + 16, a1, unit) << 8)
    const high =
      fire8(mode, potentials + 32, netCounts + 32, a2, unit) |
      (fire8(mode, potentials + 48, netCounts + 48, a3, unit) << 8)
    const up = (low & 0xffff) | (high << 16)
    store<u32>(masks, up)
    if (mode != 0) {
      const down = (low >>> 16) | (high & 0xffff0000)
      store<u32>(negatives, down)
      negatives += maskBytes
      netCounts += rowBytes
    }
    potentials += rowBytes
    masks += maskBytes
  }
  return <i32>(entries >> 1) * 2
}
