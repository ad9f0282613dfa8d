import type { HeadReport, QcFlag, StructureVolumes } from '../../../shared/head'
import type { Geometry } from '../../../shared/geometry'
import { SIDES, type Side } from '../../../shared/labels'
import { coarseText } from '../../../core/head/coarse-voxels'
import { maskExtent } from '../../../core/head/extent'
import { sideMeasures } from '../../../core/head/measures'
import { sharpness } from '../../../core/head/sharpness'
import { asymmetryFlags, volumeFlags } from '../../../core/head/volume-flags'
import { meanConfidence } from '../../../core/metrics/confidence'
import { volumesMm3 } from '../../../core/metrics/volumes'
import { crop } from '../../../core/volume/crop'
import type { Volume } from '../../../core/volume/volume'
import { isSlab } from '../../imaging/registration/register-head'
import type { LocatedHead } from './locate'
import type { SegmentedRegion } from './infer-region'

/** Mean probability of the labels below which a mask is looked at. */
const LEAST_CONFIDENCE = 0.8
/** Part of a mask that lay apart from it. */
const MOST_STRAY = 0.05
/** Agreement with the template below which the boxes are looked at, and below which it is doubtful that the scan is a T1-weighted head; below the least it is refused. */
const FAIR_CORRELATION = 0.65
const DOUBTFUL_CORRELATION = 0.55
/**
 * Share of fine detail below which an image is blurred. See docs/decisions/locating.md.
 */
const LEAST_SHARPNESS = 0.36

/** What was found of a head, with what is to be looked at before it is trusted. */
export function headReport(
  located: LocatedHead,
  regions: readonly SegmentedRegion[],
  image: Volume
): HeadReport {
  const of = (side: Side): SegmentedRegion | undefined =>
    regions.find(({ region }) => region.side === side)
  const volumes = (side: Side): StructureVolumes | null => {
    const found = of(side)
    return found ? regionVolumes(found) : null
  }
  const { fit, intracranialMm3 } = located
  const measures = sideMeasures({ left: volumes('left'), right: volumes('right') }, intracranialMm3)
  return {
    fit: fit && {
      transform: fit.transform,
      correlation: fit.correlation,
      coverage: fit.coverage
    },
    boxes: located.boxes,
    ...measures,
    repeatabilityMm3: regions.every((region) => region.repeatabilityMm3 === null)
      ? null
      : {
          left: of('left')?.repeatabilityMm3 ?? null,
          right: of('right')?.repeatabilityMm3 ?? null
        },
    flags: [
      ...scanFlags(located, image.geometry),
      ...SIDES.flatMap((side) => {
        const found = of(side)
        return found
          ? [
              ...sideFlags(side, found),
              ...cutFlags(side, found, image),
              ...blurFlags(side, found, image)
            ]
          : []
      }),
      ...asymmetryFlags(measures.asymmetryPercent)
    ]
  }
}

/** mm³ of one side. */
export function regionVolumes({ region, labels }: SegmentedRegion): StructureVolumes {
  return volumesMm3({ geometry: region.mapping.source, voxels: labels })
}

function scanFlags({ fit, isKnownHead }: LocatedHead, { spacing }: Geometry): QcFlag[] {
  const flags: QcFlag[] = []
  if (!isKnownHead) {
    flags.push({
      code: 'boxes',
      side: null,
      message:
        'the boxes were placed by hand; whether this is a T1-weighted head, whose left is where the header says, was not checked'
    })
  }
  if (fit !== null && fit.correlation < FAIR_CORRELATION) {
    flags.push({
      code: 'fit',
      side: null,
      message: fitText(fit.correlation)
    })
  }
  if (fit !== null && isSlab(fit)) {
    flags.push({ code: 'fit', side: null, message: slabText(fit.coverage) })
  }
  const coarse = coarseText(spacing)
  if (coarse !== null) {
    flags.push({
      code: 'anisotropy',
      side: null,
      message: `${coarse}; volumes are rough estimates`
    })
  }
  return flags
}

function fitText(correlation: number): string {
  const agreement = `agreement ${correlation.toFixed(2)}, where T1-weighted heads mostly have 0.8`
  return correlation < DOUBTFUL_CORRELATION
    ? `the scan may be no T1-weighted one, or the boxes may lie elsewhere (${agreement}); trust no mask before you have looked at it`
    : `the head fits the template only fairly (${agreement}); check that the boxes hold the hippocampi`
}

function slabText(coverage: number): string {
  return `the scan shows only ${(100 * coverage).toFixed(0)}% of a brain; check that the boxes hold the hippocampi. The intracranial volume cannot be told from it`
}

function sideFlags(side: Side, found: SegmentedRegion): QcFlag[] {
  const flags: QcFlag[] = []
  const flag = (code: QcFlag['code'], message: string): void => {
    flags.push({ code, side, message })
  }
  const { whole } = regionVolumes(found)
  flags.push(...volumeFlags(side, whole))
  if (whole === 0) return flags
  if (found.touchesEdge) {
    flag(
      'edge',
      `the ${side} mask reaches the edge of what the network looked at; parts may be missing`
    )
  }
  if (found.strayMm3 > MOST_STRAY * whole) {
    flag(
      'components',
      `the ${side} mask was in several pieces; ${found.strayMm3.toFixed(0)} mm³ apart from the largest were left out`
    )
  }
  const confidence = meanConfidence(found.labels, found.probabilities, found.inference.classes)
  if (confidence !== null && confidence < LEAST_CONFIDENCE) {
    flag(
      'confidence',
      `the network is unsure of the ${side} mask (mean probability ${confidence.toFixed(2)})`
    )
  }
  return flags
}

/** A hippocampus that the field of view cuts off, where the window's edge has not been told of already. */
function cutFlags(
  side: Side,
  { labels, touchesEdge, region: { roi, mapping } }: SegmentedRegion,
  { geometry }: Volume
): QcFlag[] {
  const extent = roi && maskExtent(labels, mapping.source.size)
  if (extent === null || touchesEdge) return []
  const isCut = geometry.size.some((n, axis) => {
    const start = roi!.start[axis]!
    return start + extent.low[axis]! === 0 || start + extent.high[axis]! === n - 1
  })
  if (!isCut) return []
  const message = `the ${side} mask reaches the edge of the scan; parts of the hippocampus may lie outside`
  return [{ code: 'edge', side, message }]
}

function blurFlags(side: Side, { region: { roi } }: SegmentedRegion, image: Volume): QcFlag[] {
  const found = roi && sharpness(crop(image, roi))
  if (found === null || found >= LEAST_SHARPNESS) return []
  const message = `the image around the ${side} hippocampus is blurred, as by motion; the mask's border is a guess`
  return [{ code: 'blur', side, message }]
}
