import { Mode } from './records'

/**
 * Integrate-and-fire in units of the threshold, on four neurons: u ← u + I; fire; u ← u − s (see core/snn/neuron.ts). Gives
 * a bit for each neuron that fires, from bit 0, and for each that fires negatively, from bit 16.
 *
 * @param at address of the potentials
 * @param netCounts address of the net spike counts (TERNARY_MEMORY)
 */
@inline
export function fire4(mode: i32, at: usize, netCounts: usize, current: v128): u32 {
  const one = f32x4.splat(1)
  const u = f32x4.add(v128.load(at), current)
  const up = f32x4.ge(u, one)
  const reset = f32x4.sub(u, v128.and(up, one))
  if (mode == Mode.BINARY) {
    v128.store(at, reset)
    return <u32>i32x4.bitmask(up)
  }
  let down: v128
  if (mode == Mode.TERNARY) {
    down = f32x4.le(u, f32x4.splat(-1))
  } else {
    const net = v128.load(netCounts)
    down = v128.and(f32x4.lt(u, f32x4.splat(0)), i32x4.gt_s(net, i32x4.splat(0)))
    // A mask is −1 where it is set.
    v128.store(netCounts, i32x4.add(i32x4.sub(net, up), down))
  }
  v128.store(at, f32x4.add(reset, v128.and(down, one)))
  return <u32>i32x4.bitmask(up) | (<u32>i32x4.bitmask(down) << 16)
}

/** The same on eight neurons whose potentials are 16-bit integers; `unit` is the threshold. Sums saturate. */
@inline
export function fire8(mode: i32, at: usize, netCounts: usize, current: v128, unit: v128): u32 {
  const u = i16x8.add_sat_s(v128.load(at), current)
  const up = i16x8.ge_s(u, unit)
  const reset = i16x8.sub(u, v128.and(up, unit))
  if (mode == Mode.BINARY) {
    v128.store(at, reset)
    return <u32>i16x8.bitmask(up)
  }
  let down: v128
  if (mode == Mode.TERNARY) {
    down = i16x8.le_s(u, i16x8.neg(unit))
  } else {
    const net = v128.load(netCounts)
    down = v128.and(i16x8.lt_s(u, i16x8.splat(0)), i16x8.gt_s(net, i16x8.splat(0)))
    v128.store(netCounts, i16x8.add(i16x8.sub(net, up), down))
  }
  v128.store(at, i16x8.add(reset, v128.and(down, unit)))
  return <u32>i16x8.bitmask(up) | (<u32>i16x8.bitmask(down) << 16)
}
