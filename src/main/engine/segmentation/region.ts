import type { Geometry } from '../../../shared/geometry'
import type { Side } from '../../../shared/labels'
import type { Preprocessing } from '../../../shared/model'
import { HippospikeError } from '../../../shared/errors'
import { crop, cropGeometry, voxelsAround, type Roi } from '../../../core/volume/crop'
import { mirroredGeometry } from '../../../core/volume/handedness'
import { normaliseIntensities } from '../../../core/volume/preprocess'
import { resampleOnto, type CanonicalMapping } from '../../../core/volume/resample'
import { thinSlices } from '../../../core/volume/thin-slices'
import type { Volume } from '../../../core/volume/volume'
import type { NetworkInput } from '../../../core/snn/prediction'
import { networkInput } from '../cases'

/** Slices from this thickness on, mm, are made thin before a network sees them. */
const THICK = 2.2
/** Thin slices that a thick one becomes at most. */
const MOST_PARTS = 10

/** A part of an image that holds one hippocampus, as the network takes it in. */
export interface Region {
  /** Null where it is not known. */
  side: Side | null
  /** Voxels of the image that the region covers; null for all. */
  roi: Roi | null
  input: NetworkInput
  /** From the network's grid to the voxels of `roi`. */
  mapping: CanonicalMapping
}

/** A whole image, or a box of its voxels, as a region. */
export function cropRegion(
  part: Volume,
  roi: Roi | null,
  side: Side | null,
  preprocessing: Preprocessing
): Region {
  return { side, roi, ...networkInput(part, preprocessing) }
}

/**
 * What a grid anywhere in an image shows, as a region. The right hippocampus is stored from right to left.
 *
 * @param grid of 1 mm voxels
 * @throws HippospikeError (input) where the grid lies outside the image
 */
export function boxRegion(
  image: Volume,
  side: Side,
  grid: Geometry,
  { clipPercentiles }: Preprocessing
): Region {
  const roi = voxelsAround(grid, image.geometry, 0)
  // A few voxels more let the interpolation, and what is done before it, see what is there.
  const surroundings = voxelsAround(grid, image.geometry, 3)
  if (roi === null || surroundings === null) {
    throw new HippospikeError(
      'input',
      `the box around the ${side} hippocampus lies outside the scan; move the box into the scan, or give a scan that shows the whole brain`
    )
  }
  // Both hippocampi are shown to the network as one hand's: the left from left to right, the right from right to left.
  const isFromRight = grid.direction[0]! > 0
  const canonical = isFromRight === (side === 'right') ? grid : mirroredGeometry(grid)
  const { voxels } = resampleOnto(thinned(crop(image, surroundings)), canonical)
  return {
    side,
    roi,
    input: { size: grid.size, image: normaliseIntensities(voxels, clipPercentiles) },
    mapping: { source: cropGeometry(image.geometry, roi), canonical, exact: null }
  }
}

/** Whether a region is of a scan whose slices are made thin for the network. */
export function hasThickSlices({ mapping: { source } }: Region): boolean {
  return source.spacing.some((spacing) => spacing >= THICK)
}

/** The image with slices of about 1 mm along the axes where they are thick. */
function thinned(image: Volume): Volume {
  const axes = [0, 1, 2] as const
  return axes.reduce((volume, axis) => {
    const spacing = volume.geometry.spacing[axis]
    return spacing < THICK
      ? volume
      : thinSlices(volume, axis, Math.min(MOST_PARTS, Math.round(spacing)))
  }, image)
}
