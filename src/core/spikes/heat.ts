import type { Triple } from '../../shared/geometry'
import { voxelCounts, type LayerSpikes } from './layer-spikes'

/** The network's input before padding, and where it begins in the padded grid. */
export interface InputGrid {
  size: Triple
  offset: Triple
}

/** Spikes at each voxel of the network's input; a coarse voxel's count stands at every voxel that it covers. */
export interface Heat {
  positive: Uint8Array
  negative: Uint8Array
}

/**
 * How strongly a layer fires at each place at a timestep: spikes among the channels, on the network's input grid (nearest neighbour,
 * padding left out), x fastest. Counts above 255 are shown as 255.
 *
 * @param t from 0
 */
export function heatAt(layer: LayerSpikes, t: number, grid: InputGrid): Heat {
  const spread = (mask: Uint8Array | null): Uint8Array =>
    mask === null
      ? new Uint8Array(grid.size[0] * grid.size[1] * grid.size[2])
      : upsample(voxelCounts(layer, mask, t), layer, grid)
  return { positive: spread(layer.positive), negative: spread(layer.negative) }
}

/** Pairs of positive and negative counts, one pair a voxel. */
export function interleave({ positive, negative }: Heat): Uint8Array<ArrayBuffer> {
  const pairs = new Uint8Array(2 * positive.length)
  for (let n = 0; n < positive.length; n++) {
    pairs[2 * n] = positive[n]!
    pairs[2 * n + 1] = negative[n]!
  }
  return pairs
}

function upsample(
  counts: Uint16Array,
  { level, size }: LayerSpikes,
  { size: [nx, ny, nz], offset }: InputGrid
): Uint8Array {
  const out = new Uint8Array(nx * ny * nz)
  let to = 0
  for (let z = 0; z < nz; z++) {
    const coarseZ = (z + offset[2]) >> level
    for (let y = 0; y < ny; y++) {
      const row = size[0] * (((y + offset[1]) >> level) + size[1] * coarseZ)
      for (let x = 0; x < nx; x++) {
        out[to++] = Math.min(255, counts[row + ((x + offset[0]) >> level)]!)
      }
    }
  }
  return out
}
