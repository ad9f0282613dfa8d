/**
 * Voxels in one or two bytes each where these hold every one of them exactly, for a shorter way to the window: most scans are of
 * integers. Otherwise they are returned as they are.
 */
export function narrowed(voxels: Float32Array): Uint8Array | Int16Array | Float32Array {
  let [low, high] = [0, 0]
  for (let n = 0; n < voxels.length; n++) {
    const value = voxels[n]!
    // Neither a fraction nor NaN or infinity is its own integer part.
    if (value !== (value | 0)) return voxels
    if (value < low) low = value
    if (value > high) high = value
  }
  if (low >= 0 && high <= 0xff) return new Uint8Array(voxels)
  if (low >= -0x8000 && high <= 0x7fff) return new Int16Array(voxels)
  return voxels
}
