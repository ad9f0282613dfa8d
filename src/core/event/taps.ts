import type { Triple } from '../../shared/geometry'
import { REACH, type Tap } from './weights'

/** One tap of a source into a neuron's voxel: where its weights are packed (see weights.ts), and the voxels whose spikes they take. */
export interface InputTap {
  parity: number
  /** Tap x. */
  column: number
  /** Tap z, tap y. */
  row: number
  /** On the source's grid: eight behind a pooling, else one. */
  voxels: Triple[]
}

/**
 * The taps that reach one voxel's neurons; those that fall outside are left out.
 *
 * @param voxel x, y, z on the neurons' grid
 * @param grid of the source
 */
export function inputTaps(tap: Tap, voxel: Triple, grid: Triple): InputTap[] {
  const { rows, columns } = REACH[tap]
  const edge = Math.sqrt(rows)
  const upsampled = tap === 'upsampled'
  const [x0, y0, z0] = voxel.map((at) => firstInput(tap, at)) as Triple
  const parity = upsampled ? (voxel[2] & 1) * 4 + (voxel[1] & 1) * 2 + (voxel[0] & 1) : 0
  const limit = tap === 'pooled' ? grid.map((n) => n / 2) : grid
  const taps: InputTap[] = []
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const at: Triple = [x0 + column, y0 + (row % edge), z0 + Math.floor(row / edge)]
      if (at.some((index, axis) => index < 0 || index >= limit[axis]!)) continue
      taps.push({ parity, column, row, voxels: tap === 'pooled' ? corners(at) : [at] })
    }
  }
  return taps
}

/** Along one axis: the first of the source's indices (after pooling) that reaches a neuron's. */
function firstInput(tap: Tap, at: number): number {
  if (tap === 'point') return at
  return tap === 'upsampled' ? (at >> 1) - 1 + (at & 1) : at - 1
}

/** The eight voxels that one voxel is pooled from. */
function corners([x, y, z]: Triple): Triple[] {
  return Array.from({ length: 8 }, (_, n): Triple => [
    2 * x + (n & 1),
    2 * y + ((n >> 1) & 1),
    2 * z + (n >> 2)
  ])
}
