import type { DicomListing, DicomSeriesSummary } from '../../../shared/dicom'
import type { Volume } from '../../../core/volume/volume'
import { chooseSeries } from './choose'
import { readDicomVolume } from './read-volume'
import { openStudy } from './study'
import type { DicomVolume } from './volumes'

/** The series that an image was read from: what a mask on it refers to. */
export interface DicomSource {
  summary: DicomSeriesSummary
  volume: DicomVolume
  /** SHA-256 over its files, in the order of the slices, in hexadecimal. */
  sha256: string
}

export interface DicomImage {
  volume: Volume
  source: DicomSource
  /** What the user should know, a line each, without anything of the patient. */
  warnings: string[]
}

/**
 * Reads a series of a folder, a zip archive or a single file.
 *
 * @param series number of the list or SeriesInstanceUID; null for the only one or the clearly best
 * @param repair read a tilted stack with the nearest orthonormal direction
 * @throws HippospikeError (input) that lists the series where none is the best, and for what cannot be read; (usage) for a
 *   series that is not there
 */
export async function readDicom(
  path: string,
  series: string | null,
  repair: boolean
): Promise<DicomImage> {
  const study = await openStudy([path])
  try {
    const choice = chooseSeries(path, study, series)
    const { volume: dicom, summary } = choice.series
    const { volume, sha256 } = await readDicomVolume(path, dicom, repair)
    const remarks = summary.problems
      .filter(({ severity }) => severity === 'warning')
      .map(({ text }) => `of the series: ${text}`)
    const warnings = [choice.warning, damagedText(study.listing), ...remarks]
    return {
      volume,
      source: { summary, volume: dicom, sha256 },
      warnings: warnings.filter((warning) => warning !== null)
    }
  } finally {
    study.close()
  }
}

function damagedText({ damaged }: DicomListing): string | null {
  const [first] = damaged
  if (first === undefined) return null
  const more = damaged.length === 1 ? '' : `, and ${damaged.length - 1} more files cannot be read`
  return `${first.file} ${first.problem} and was left out${more}`
}
