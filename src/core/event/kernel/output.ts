import { Layer } from './records'

/**
 * The output layer, 1×1×1: integrates and never fires. It has so few outputs that lists would cost more than the sums. Instead the
 * weights of eight channels are added up beforehand for each of their 256 masks: a byte of a mask is then one addition.
 */

/** Bytes of the sums of eight channels: 256 masks × 4 outputs. */
const TABLE: usize = 256 << 4

/**
 * Adds the current of a row of voxels to their sums, and keeps it where `steps` is not 0.
 *
 * @param masks address of the positive spikes of the first voxel, negative ones at `negatives` (0 for none)
 */
export function integrateRow(
  layer: Layer,
  length: i32,
  masks: usize,
  negatives: usize,
  sum: usize,
  steps: usize
): void {
  const source = layer.source0
  const bytes = <usize>(source.masks.channels >> 3)
  const voxelBytes = <usize>(layer.channels << 2)
  const end = sum + <usize>length * voxelBytes
  for (; sum < end; sum += voxelBytes) {
    let tables = source.weights
    for (let output: usize = 0; output < voxelBytes; output += 16) {
      let a = v128.load(layer.bias + output)
      for (let byte: usize = 0; byte < bytes; byte++, tables += TABLE) {
        a = f32x4.add(a, sumOf(tables, masks + byte))
        if (negatives != 0) a = f32x4.sub(a, sumOf(tables, negatives + byte))
      }
      v128.store(sum + output, f32x4.add(v128.load(sum + output), a))
      if (steps != 0) v128.store(steps + output, a)
    }
    masks += bytes
    if (negatives != 0) negatives += bytes
    if (steps != 0) steps += voxelBytes
  }
}

/** What the spikes of eight channels weigh together. */
@inline
function sumOf(table: usize, mask: usize): v128 {
  return v128.load(table + (<usize>load<u8>(mask) << 4))
}
