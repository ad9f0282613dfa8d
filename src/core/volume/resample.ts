import type { Geometry, Triple } from '../../shared/geometry'
import { indexToPhysical } from './geometry'
import { indexMap, sampleLabels, sampleLinear, type IndexMap } from './interpolate'
import { nearestAxisOrder, obliquity, reorder, restoreOrder, type AxisOrder } from './orientation'
import { rescale } from './rescale'
import type { Volume } from './volume'

/** Spacings closer than this (mm) to the wanted ones count as equal: no voxel moves by more than a tenth over a crop. */
const SPACING_TOLERANCE = 1e-3

/**
 * Rotations up to this angle (degrees) are left to the network, which is trained with rotations; above it the image is
 * turned straight. See docs/decisions/canonical-grid.md.
 */
export const MAX_OBLIQUITY = 20

/** How a source grid and the canonical grid made from it correspond. */
export interface CanonicalMapping {
  source: Geometry
  canonical: Geometry
  /** Set where the canonical grid is the source's voxels in another order: both ways are then exact. */
  exact: AxisOrder | null
}

/**
 * An image as the network sees it: axes closest to right, front and top, with the given spacing in mm.
 *
 * The axes are the image's own, permuted and flipped; an oblique image stays oblique up to {@link MAX_OBLIQUITY}. Where
 * the spacing is right within 1e-3 mm nothing is interpolated; else the image is resampled along its axes (linear, with
 * antialiasing where voxels become larger). A more oblique image is resampled onto a straight RAS grid around it, where
 * places outside take the value at the image's edge, so that they do not bend its intensity statistics.
 */
export function toCanonical(
  volume: Volume,
  spacing: Readonly<Triple>
): { volume: Volume; mapping: CanonicalMapping } {
  const source = volume.geometry
  const order = nearestAxisOrder(source.direction)
  const ordered = reorder(volume, order)
  if (obliquity(source.direction) > MAX_OBLIQUITY) {
    const straight = resampleOnto(ordered, straightGrid(ordered.geometry, spacing))
    return { volume: straight, mapping: { source, canonical: straight.geometry, exact: null } }
  }
  const fits = ordered.geometry.spacing.every(
    (value, axis) => Math.abs(value - spacing[axis]!) <= SPACING_TOLERANCE
  )
  const result = fits ? ordered : rescale(ordered, spacing)
  const mapping = { source, canonical: result.geometry, exact: fits ? order : null }
  return { volume: result, mapping }
}

/**
 * Brings probabilities from the canonical grid back to the source's, by trilinear interpolation or, where the mapping is
 * exact, by reordering alone. Where the source reaches farther than the canonical grid there is background.
 *
 * @param scores on the canonical grid, `channels` per voxel, innermost (a tensor of shape [nz, ny, nx, channels])
 * @returns the same layout on the source grid
 */
export function scoresToSource(
  scores: Float32Array,
  channels: number,
  mapping: CanonicalMapping
): Float32Array {
  const { source, canonical, exact } = mapping
  if (exact) return restoreOrder(scores, source.size, exact, channels)
  const map = indexMap(source, canonical)
  const found = sampleLinear(scores, canonical.size, channels, source.size, map)
  clearOutside(found, channels, source.size, canonical.size, map)
  return found
}

/**
 * Makes background for certain of what lies farther than a voxel outside the grid that scores came from. Nearer, the edge's own scores hold:
 * rounding leaves the canonical grid up to half a voxel smaller than the image it was made of.
 */
function clearOutside(
  scores: Float32Array,
  channels: number,
  size: Readonly<Triple>,
  from: Readonly<Triple>,
  map: IndexMap
): void {
  let at = 0
  for (let k = 0; k < size[2]; k++) {
    for (let j = 0; j < size[1]; j++) {
      for (let i = 0; i < size[0]; i++, at += channels) {
        for (let row = 0; row < 3; row++) {
          const m = 4 * row
          const place = map[m]! * i + map[m + 1]! * j + map[m + 2]! * k + map[m + 3]!
          if (place >= -1 && place <= from[row]!) continue
          scores.fill(0, at, at + channels)
          scores[at] = 1
          break
        }
      }
    }
  }
}

/** The channel with the highest score of each voxel; the first of equal ones. */
export function argmaxChannels(scores: Float32Array, channels: number): Uint8Array {
  const labels = new Uint8Array(scores.length / channels)
  for (let n = 0; n < labels.length; n++) {
    let best = 0
    for (let c = 1; c < channels; c++) {
      if (scores[n * channels + c]! > scores[n * channels + best]!) best = c
    }
    labels[n] = best
  }
  return labels
}

/** The mask on the source grid from scores on the canonical one: interpolated first, decided there. */
export function labelsFromScores(
  scores: Float32Array,
  channels: number,
  mapping: CanonicalMapping
): Volume<Uint8Array> {
  return {
    geometry: mapping.source,
    voxels: argmaxChannels(scoresToSource(scores, channels, mapping), channels)
  }
}

/** A label map of the source grid on the canonical grid, for training. */
export function labelsToCanonical(
  labels: Volume<Uint8Array>,
  mapping: CanonicalMapping
): Volume<Uint8Array> {
  const { source, canonical, exact } = mapping
  if (exact) return { ...reorder(labels, exact), geometry: canonical }
  const map = indexMap(canonical, source)
  return {
    geometry: canonical,
    voxels: sampleLabels(labels.voxels, source.size, canonical.size, map)
  }
}

/**
 * Samples an image at every voxel of another grid, by trilinear interpolation. Interpolating alone would alias along axes that become coarser,
 * so those are averaged first. Places outside the image take the value at its edge.
 *
 * @param geometry whose axes are near the image's own, in the same order: what is averaged is so along the image's axes
 */
export function resampleOnto(volume: Volume, geometry: Geometry): Volume {
  const own = volume.geometry.spacing
  const coarsened = own.map((value, axis) => Math.max(value, geometry.spacing[axis]!)) as Triple
  const smooth = coarsened.some((value, axis) => value !== own[axis])
    ? rescale(volume, coarsened)
    : volume
  const map = indexMap(geometry, smooth.geometry)
  return {
    geometry,
    voxels: sampleLinear(smooth.voxels, smooth.geometry.size, 1, geometry.size, map)
  }
}

/** A grid with axes exactly along R, A and S that covers the whole image. */
function straightGrid(geometry: Geometry, spacing: Readonly<Triple>): Geometry {
  const low: Triple = [Infinity, Infinity, Infinity]
  const high: Triple = [-Infinity, -Infinity, -Infinity]
  for (let corner = 0; corner < 8; corner++) {
    // Outer faces of the corner voxels, half a voxel beyond their centres.
    const index = geometry.size.map((n, axis) => ((corner >> axis) & 1 ? n - 0.5 : -0.5)) as Triple
    indexToPhysical(geometry, index).forEach((value, axis) => {
      low[axis] = Math.min(low[axis]!, value)
      high[axis] = Math.max(high[axis]!, value)
    })
  }
  const size = spacing.map((step, axis) =>
    Math.max(1, Math.ceil((high[axis]! - low[axis]!) / step - 1e-6))
  ) as Triple
  const half = size.map((n, axis) => ((n - 1) / 2) * spacing[axis]!)
  const middle = low.map((value, axis) => (value + high[axis]!) / 2)
  return {
    size,
    spacing: [...spacing],
    // The first voxel is the leftmost, hindmost, lowest one: in LPS the largest x and y.
    origin: [middle[0]! + half[0]!, middle[1]! + half[1]!, middle[2]! - half[2]!],
    direction: [-1, 0, 0, 0, -1, 0, 0, 0, 1]
  }
}
