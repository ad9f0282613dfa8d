import type { HeadReport, QcFlag, StructureVolumes } from '../../../shared/head'
import type { Geometry } from '../../../shared/geometry'
import { SIDES, type Side } from '../../../shared/labels'
import { sideMeasures } from '../../../core/head/measures'
import { asymmetryFlags, volumeFlags } from '../../../core/head/volume-flags'
import { meanConfidence } from '../../../core/metrics/confidence'
import { volumesMm3 } from '../../../core/metrics/volumes'
import { voxelVolume } from '../../../core/volume/geometry'
import type { LocatedHead } from './locate'
import type { SegmentedRegion } from './infer-region'

/** Mean probability of the labels below which a mask is looked at. */
const LEAST_CONFIDENCE = 0.8
/** Part of a mask that lay apart from it. */
const MOST_STRAY = 0.05
/** The largest voxel side, mm, and its ratio to the smallest, that the networks are at ease with. */
const COARSE = { millimetres: 2.5, ratio: 2.5 }
/** Agreement with the template below which the boxes are looked at; below the least the scan is refused. */
const FAIR_CORRELATION = 0.65

/** What was found of a head, with what is to be looked at before it is trusted. */
export function headReport(
  located: LocatedHead,
  regions: readonly SegmentedRegion[],
  image: Geometry
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
      ...scanFlags(located, image),
      ...SIDES.flatMap((side) => {
        const found = of(side)
        return found ? sideFlags(side, found) : []
      }),
      ...asymmetryFlags(measures.asymmetryPercent)
    ]
  }
}

/** mm³ of one side. */
export function regionVolumes({ region, labels }: SegmentedRegion): StructureVolumes {
  return volumesMm3({ geometry: region.mapping.source, voxels: labels })
}

function scanFlags({ fit }: LocatedHead, { spacing }: Geometry): QcFlag[] {
  const flags: QcFlag[] = []
  if (fit !== null && fit.correlation < FAIR_CORRELATION) {
    flags.push({
      code: 'fit',
      side: null,
      message: `the head fits the template only fairly (agreement ${fit.correlation.toFixed(2)}); check that the boxes hold the hippocampi`
    })
  }
  const [least, most] = [Math.min(...spacing), Math.max(...spacing)]
  if (most > COARSE.millimetres || most / least > COARSE.ratio) {
    flags.push({
      code: 'anisotropy',
      side: null,
      message: `voxels of ${spacing.map((value) => Number(value.toFixed(2))).join('×')} mm are coarse for a hippocampus; volumes are rough estimates`
    })
  }
  return flags
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
  const stray = found.strayVoxels * voxelVolume(found.region.mapping.source)
  if (stray > MOST_STRAY * whole) {
    flag(
      'components',
      `the ${side} mask was in several pieces; ${stray.toFixed(0)} mm³ apart from the largest were left out`
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
