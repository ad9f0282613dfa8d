import { HippospikeError } from '../../../shared/errors'
import { evened } from '../../../core/head/even'
import { fitQuality, type FitQuality } from '../../../core/head/fit-quality'
import { determinant3 } from '../../../core/volume/geometry'
import { linearPart } from '../../../core/volume/affine'
import { nearestAxisOrder, reorder } from '../../../core/volume/orientation'
import { rescale } from '../../../core/volume/rescale'
import type { Volume } from '../../../core/volume/volume'
import { percentileOfSorted } from '../../../core/metrics/statistics'
import { registerAffinely, type Start } from './elastix'

/** Voxels that heads are registered at, mm: fine enough to place a box around a hippocampus, and fast. */
const SPACING = 4

/**
 * The likeliest first. The others are for uneven coils, necks and shoulders, which pull the centre of gravity away and mislead the comparison of greys,
 * and for heads that nothing but the middle of the scan tells of.
 */
const STARTS: readonly { at: Start; image: 'plain' | 'even' }[] = [
  { at: 'CenterOfGravity', image: 'plain' },
  { at: 'CenterOfGravity', image: 'even' },
  { at: 'GeometricalCenter', image: 'even' }
]

/** A fit this good needs no other start: heads as they are mostly scanned have 0.8 and more. */
const GOOD_CORRELATION = 0.75
/** Below this the scan does not look like a T1-weighted head; a little above, a warning says so. See docs/decisions/locating.md. */
export const LEAST_CORRELATION = 0.5
/** Of the template's brain that must lie within the scan… */
const LEAST_COVERAGE = 0.6
/** …or, where what it shows agrees as well as this, of a slab. See docs/decisions/locating.md. */
const LEAST_SLAB_COVERAGE = 0.3
const LEAST_SLAB_CORRELATION = 0.7
/** Volume of a head's brain against the template's, in either direction. */
const VOLUME_FACTOR = 2.2

/** How a scan's head lies. */
export interface HeadFit extends FitQuality {
  /** Template to scan, LPS millimetres. */
  transform: number[]
  /** Volume of the head against the template's. */
  scale: number
}

/**
 * Finds how a head lies in its scan by registering it to the template at 4 mm, from up to three starts.
 *
 * @param tell hears of each attempt before it is made. elastix itself prints nothing while it works, so that no share of an attempt can be told
 * @returns the best fit, good or not: {@link headProblem} judges it; null where nothing could be fitted at all
 */
export async function registerHead(
  scan: Volume,
  template: Volume,
  signal: AbortSignal,
  tell: (attempt: string) => void = () => undefined
): Promise<HeadFit | null> {
  const fixed = coarse(template)
  const moving = clipped(coarse(scan))
  let even: Volume | null = null
  let best: HeadFit | null = null
  for (const [n, { at, image }] of STARTS.entries()) {
    if (signal.aborted) throw new HippospikeError('cancelled', 'cancelled')
    tell(`attempt ${n + 1} of at most ${STARTS.length}`)
    if (image === 'even') even ??= evened(moving)
    const transform = await registerAffinely(fixed, even ?? moving, at)
    if (transform === null) continue
    const fit = {
      transform,
      scale: determinant3(linearPart(transform)),
      ...fitQuality(fixed, moving, transform)
    }
    if (best === null || rank(fit) > rank(best)) best = fit
    if (rank(best) >= GOOD_CORRELATION) break
  }
  return best
}

/** Whether a head may have the size that it was fitted at. */
export function isPlausible({ scale }: Pick<HeadFit, 'scale'>): boolean {
  return scale > 1 / VOLUME_FACTOR && scale < VOLUME_FACTOR
}

/** Why a fit is none of a T1-weighted head, in words that follow "the scan"; null for a good one. */
export function headProblem(fit: HeadFit | null): string | null {
  if (fit === null) return 'could not be brought together with a head at all'
  const agreesAsSlab =
    fit.coverage >= LEAST_SLAB_COVERAGE && fit.correlation >= LEAST_SLAB_CORRELATION
  if (isSlab(fit) && !agreesAsSlab) {
    return `shows only ${(100 * fit.coverage).toFixed(0)}% of a brain`
  }
  if (!isPlausible(fit)) {
    return `fits a head only at ${fit.scale.toFixed(1)} times its usual volume`
  }
  if (fit.correlation < LEAST_CORRELATION) {
    return `does not look like a T1-weighted head (agreement ${fit.correlation.toFixed(2)}, at least ${LEAST_CORRELATION} is needed)`
  }
  return null
}

/** Whether a scan shows only a part of a brain. */
export function isSlab({ coverage }: FitQuality): boolean {
  return coverage < LEAST_COVERAGE
}

/** A scan of only some of the brain correlates by chance; a fit that leaves the scan ranks behind one that does not. */
function rank(fit: HeadFit): number {
  return isPlausible(fit) ? fit.correlation * Math.min(1, fit.coverage / 0.9) : -1
}

/** Put in order once it is small: a copy of a head of 0.4 mm takes half a gigabyte. */
function coarse(volume: Volume): Volume {
  const small = rescale(volume, [SPACING, SPACING, SPACING])
  return reorder(small, nearestAxisOrder(small.geometry.direction))
}

/** Bright fat and vessels would otherwise take most of the histogram. */
function clipped({ geometry, voxels }: Volume): Volume {
  const high = percentileOfSorted(voxels.slice().sort(), 99.5)
  return { geometry, voxels: voxels.map((value) => Math.min(value, high)) }
}
