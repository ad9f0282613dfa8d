/**
 * How sure a network is of its mask: the mean, over the voxels that are not background, of the probability of their label.
 *
 * @param labels a voxel each
 * @param probabilities `classes` a voxel, innermost
 * @returns 0 to 1; null for an empty mask
 */
export function meanConfidence(
  labels: Uint8Array,
  probabilities: Float32Array,
  classes: number
): number | null {
  let sum = 0
  let voxels = 0
  labels.forEach((label, n) => {
    if (label === 0) return
    sum += probabilities[n * classes + label]!
    voxels++
  })
  return voxels === 0 ? null : sum / voxels
}
