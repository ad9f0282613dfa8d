/** Larger than any squared distance in an image, and still exact when added to. */
const FAR = 1e12

/**
 * Signed distance of every pixel of a slice from the boundary of a shape, in the unit of `spacing`: negative inside
 * (Felzenszwalb and Huttenlocher 2012, exact).
 *
 * @param inside one entry a pixel, x fastest
 */
export function signedDistance(
  inside: Uint8Array,
  width: number,
  height: number,
  spacing: readonly [number, number]
): Float64Array {
  const outer = squaredDistance(inside, 1, width, height, spacing)
  const inner = squaredDistance(inside, 0, width, height, spacing)
  return outer.map((value, n) => Math.sqrt(value) - Math.sqrt(inner[n]!))
}

/** Squared distance to the nearest pixel with this value. */
function squaredDistance(
  inside: Uint8Array,
  value: number,
  width: number,
  height: number,
  [sx, sy]: readonly [number, number]
): Float64Array {
  const grid = Float64Array.from(inside, (one) => (one === value ? 0 : FAR))
  const column = new Float64Array(height)
  for (let x = 0; x < width; x++) {
    for (let y = 0; y < height; y++) column[y] = grid[x + width * y]!
    const done = lowerEnvelope(column, sy)
    for (let y = 0; y < height; y++) grid[x + width * y] = done[y]!
  }
  for (let y = 0; y < height; y++) {
    const row = grid.slice(width * y, width * (y + 1))
    grid.set(lowerEnvelope(row, sx), width * y)
  }
  return grid
}

/** Of the parabolas that stand on each sample: their lowest value at each sample. */
function lowerEnvelope(heights: Float64Array, spacing: number): Float64Array {
  const n = heights.length
  const squared = spacing * spacing
  const vertices = new Int32Array(n)
  const borders = new Float64Array(n + 1)
  let last = 0
  borders[0] = -Infinity
  borders[1] = Infinity
  const meet = (q: number, v: number): number =>
    (heights[q]! / squared + q * q - (heights[v]! / squared + v * v)) / (2 * (q - v))
  for (let q = 1; q < n; q++) {
    let at = meet(q, vertices[last]!)
    while (at <= borders[last]!) at = meet(q, vertices[--last]!)
    vertices[++last] = q
    borders[last] = at
    borders[last + 1] = Infinity
  }
  const out = new Float64Array(n)
  let current = 0
  for (let q = 0; q < n; q++) {
    while (borders[current + 1]! < q) current++
    const v = vertices[current]!
    out[q] = squared * (q - v) * (q - v) + heights[v]!
  }
  return out
}
