import type { DicomSeriesSummary } from '../../../shared/dicom'
import type { Triple } from '../../../shared/geometry'
import { axesOf } from './stack'
import type { DicomVolume } from './volumes'

const PLANES = ['sagittal', 'coronal', 'axial'] as const

/** A volume as the lists show it. */
export function summaryOf(
  volume: DicomVolume,
  number: number,
  proposed: boolean
): DicomSeriesSummary {
  const { slices, geometry, part, seriesUid } = volume
  const { instance } = slices[0]!
  const { plane, obliqueDegrees } = planeOf(slices[0]!.orientation)
  return {
    number,
    id: part === null ? seriesUid : `${seriesUid}#${part}`,
    seriesUid,
    studyUid: instance.studyUid,
    seriesNumber: instance.seriesNumber,
    modality: instance.modality,
    description: instance.description || instance.protocol,
    studyDescription: instance.study.description,
    studyDate: instance.study.date,
    manufacturer: instance.manufacturer,
    patient: instance.patient,
    files: new Set(slices.map((slice) => slice.instance)).size,
    size: [instance.columns, instance.rows, slices.length],
    spacing: geometry && (geometry.spacing.map(rounded) as Triple),
    plane,
    obliqueDegrees,
    packing: instance.syntax.name,
    multiFrame: instance.multiFrame,
    readable: isReadable(volume),
    score: volume.score,
    proposed,
    problems: volume.problems
  }
}

/** Whether a volume can be opened as it is. */
export function isReadable({ geometry, problems }: DicomVolume): boolean {
  return geometry !== null && problems.every(({ severity }) => severity === 'warning')
}

/** Which plane of the body the slices lie in, and how far from it. */
function planeOf(
  orientation: readonly number[] | null
): Pick<DicomSeriesSummary, 'plane' | 'obliqueDegrees'> {
  if (orientation === null) return { plane: null, obliqueDegrees: null }
  const { normal } = axesOf(orientation)
  const sizes = normal.map(Math.abs)
  const largest = Math.max(...sizes)
  const degrees = (Math.acos(Math.min(1, largest)) * 180) / Math.PI
  return {
    plane: PLANES[sizes.indexOf(largest)]!,
    obliqueDegrees: Math.round(degrees * 10) / 10
  }
}

function rounded(value: number): number {
  return Number(value.toFixed(4))
}
