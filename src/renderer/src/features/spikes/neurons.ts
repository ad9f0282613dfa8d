import type { NeuronTrace } from '../../../../shared/api/spikes'

/** The channels of a voxel, those that fire most first; of equal ones, those that come nearest to firing. */
export function byActivity({ potentials, spikes }: NeuronTrace): number[] {
  const fired = spikes.map((ones) => ones.filter((spike) => spike !== 0).length)
  const reach = potentials.map((values) => Math.max(...values.map(Math.abs)))
  return potentials
    .map((_, channel) => channel)
    .sort((a, b) => fired[b]! - fired[a]! || reach[b]! - reach[a]! || a - b)
}
