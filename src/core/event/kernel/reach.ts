import { Reach } from './records'

/** Where a neuron finds its inputs in a spike list, and their weights. */

export const REACH_BYTES: usize = offsetof<Reach>()

// @ts-ignore: decorator
@inline
export function column(reach: Reach, x: i32): usize {
  return <usize>((x >> reach.halve) + (x & reach.halve))
}

// @ts-ignore: decorator
@inline
export function weightsAt(reach: Reach, x: i32, col: usize): usize {
  const weights = (x & 1) != 0 ? reach.odd : reach.even
  return weights - col * reach.stride - (reach.offset >> 2) * reach.stride
}

/** Adds to the spikes of a timestep. */
// @ts-ignore: decorator
@inline
export function count(counts: usize, positive: i32, negative: i32): void {
  store<i64>(counts, load<i64>(counts) + <i64>positive)
  store<i64>(counts, load<i64>(counts, 8) + <i64>negative, 8)
}
