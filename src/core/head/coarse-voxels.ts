/** The largest voxel side, mm, and its ratio to the smallest, that the networks are at ease with. */
const MOST = { millimetres: 2.5, ratio: 2.5 }

/** Says of voxels that they are coarse; null where they are not. */
export function coarseText(spacing: readonly number[]): string | null {
  const [least, most] = [Math.min(...spacing), Math.max(...spacing)]
  if (most <= MOST.millimetres && most / least <= MOST.ratio) return null
  return `voxels of ${spacing.map((value) => Number(value.toFixed(2))).join('×')} mm are coarse for a hippocampus`
}
