/** Columns of a raster: one a timestep, each with a gap behind it. */
export interface RasterSize {
  /** Device pixels. */
  width: number
  height: number
  timesteps: number
  /** Neurons that were sampled. */
  neurons: number
}

/** Neurons of a layer that a raster of at most so many points shows; the host draws as many. */
export function sampledNeurons(neurons: number, timesteps: number, limit: number): number {
  return Math.min(neurons, Math.floor(limit / timesteps))
}

/**
 * The places of spikes on a raster. Where a column is wide, a neuron has a row and a place of its own in it, the same at every timestep, so
 * that dots of neighbours do not cover each other.
 *
 * @returns the left edge and width of a timestep's column
 */
export function columnOf(
  t: number,
  { width, timesteps }: RasterSize
): { x: number; width: number } {
  const pitch = width / timesteps
  const gap = pitch > 12 ? Math.min(8, pitch * 0.08) : 0
  return { x: (t - 1) * pitch + gap / 2, width: Math.max(1, pitch - gap) }
}

/** Where a neuron lies in a column, in device pixels from its top left. */
export function placeOf(rank: number, size: RasterSize): { x: number; y: number } {
  const { width } = columnOf(1, size)
  const y = ((rank + 0.5) / size.neurons) * size.height
  // Successive ranks are far apart in x, by the golden ratio.
  const x = ((rank * 0.618033988749895) % 1) * (width - 1)
  return { x, y }
}

/** Draws spikes into pixels, brighter where several fall on one. */
export function drawRaster(
  pixels: Uint8ClampedArray,
  points: Uint32Array,
  size: RasterSize,
  colours: { positive: readonly number[]; negative: readonly number[] }
): void {
  pixels.fill(0)
  const strength = Math.max(70, Math.min(255, (2.2e6 * 255) / Math.max(1, points.length * 40)))
  for (let n = 0; n + 2 < points.length; n += 3) {
    const column = columnOf(points[n]!, size)
    const place = placeOf(points[n + 1]!, size)
    const x = Math.floor(column.x + place.x)
    const y = Math.min(size.height - 1, Math.floor(place.y))
    const at = 4 * (x + size.width * y)
    const colour = points[n + 2] === 1 ? colours.positive : colours.negative
    pixels[at] = colour[0]!
    pixels[at + 1] = colour[1]!
    pixels[at + 2] = colour[2]!
    pixels[at + 3] = Math.min(255, pixels[at + 3]! + strength)
  }
}
