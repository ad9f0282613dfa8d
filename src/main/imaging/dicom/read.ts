import type { DicomListing, DicomSeriesSummary } from '../../../shared/dicom'
import type { Volume } from '../../../core/volume/volume'
import { chooseSeries } from './choose'
import { readDicomVolume } from './read-volume'
import { openStudy, type DicomSeries, type DicomStudy } from './study'
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
    const image = await readSeries(path, study, choice.series, repair)
    const warnings = choice.warning === null ? [] : [choice.warning]
    return { ...image, warnings: [...warnings, ...image.warnings] }
  } finally {
    study.close()
  }
}

/**
 * Reads a series of a study that is open.
 *
 * @param path what was given, for messages
 * @param repair read a tilted stack with the nearest orthonormal direction
 * @throws HippospikeError (input) for what cannot be read
 */
export async function readSeries(
  path: string,
  study: DicomStudy,
  { volume: dicom, summary }: DicomSeries,
  repair: boolean
): Promise<DicomImage> {
  const { volume, sha256 } = await readDicomVolume(path, dicom, repair)
  const remarks = summary.problems
    .filter(({ severity }) => severity === 'warning')
    .map(({ text }) => `of the series: ${text}`)
  return {
    volume,
    source: { summary, volume: dicom, sha256 },
    warnings: [damagedText(study.listing), ...remarks].filter((warning) => warning !== null)
  }
}

/** Who was scanned is never to be told by a warning, and file names may tell it. */
function damagedText({ damaged }: DicomListing): string | null {
  const [first] = damaged
  if (first === undefined) return null
  const more = damaged.length === 1 ? '' : `, and ${damaged.length - 1} more files cannot be read`
  return `one of the files ${first.problem} and was left out${more}`
}
