import { Reach } from './records'

/** Where a neuron finds its inputs in a spike list, and their weights. */

export const REACH_BYTES: usize = offsetof<Reach>()

@inline
export function column(reach: Reach, x: i32): usize {
  return <usize>((x >> reach.halve) + (x & reach.halve))
}

@inline
export function weightsAt(reach: Reach, x: i32, col: usize): usize {
  const weights = (x & 1) != 0 ? reach.odd : reach.even
  return weights - col * reach.stride - (reach.offset >> 2) * reach.stride
}
