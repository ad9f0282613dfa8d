import { badInput } from '../image-checks'
import type { DicomSeriesSummary } from '../../../shared/dicom'
import { HippospikeError } from '../../../shared/errors'
import type { DicomSeries, DicomStudy } from './study'

/** Series that an error names at most. */
const NAMED = 12

export interface Choice {
  series: DicomSeries
  /** Says that it was one of several. */
  warning: string | null
}

/**
 * The series to open: the one asked for, the only one that can be opened, or the one that is clearly the best.
 *
 * @param path what was given, for messages
 * @param asked a number of the list or a SeriesInstanceUID, of a series of several volumes followed by `#1`, `#2`, …
 * @throws HippospikeError (input) that lists the series where none of these is, (usage) for one that is not there
 */
export function chooseSeries(path: string, study: DicomStudy, asked: string | null): Choice {
  const { series } = study
  if (series.length === 0) throw badInput(path, noSeriesText(study))
  if (asked !== null) return { series: askedFor(path, series, asked), warning: null }
  const readable = series.filter(({ summary }) => summary.readable)
  if (series.length === 1 || readable.length === 1) {
    const one = readable[0] ?? series[0]!
    const others = series.length - 1
    const rest = others === 1 ? 'the other cannot' : `the ${others} others cannot`
    const warning =
      others === 0 ? null : `read series ${named(one.summary)}; ${rest} be read as a volume`
    return { series: one, warning }
  }
  const proposed = series.find(({ summary }) => summary.proposed)
  if (proposed !== undefined) {
    const warning =
      `read series ${named(proposed.summary)}, the best suited of ${series.length}; ` +
      'hippospike dicom lists them, --series takes another'
    return { series: proposed, warning }
  }
  const why =
    readable.length === 0
      ? `holds ${series.length} DICOM series, and none can be read as a volume`
      : `holds ${series.length} DICOM series; choose one with --series`
  throw badInput(
    path,
    `${why}: ${list(readable.length > 0 ? readable : series, readable.length === 0)}`
  )
}

function askedFor(path: string, series: readonly DicomSeries[], asked: string): DicomSeries {
  const wanted = asked.trim()
  const found = series.filter(({ summary: { number, id, seriesUid } }) => {
    return [String(number), id, seriesUid].includes(wanted)
  })
  if (found.length === 1) return found[0]!
  const why = found.length === 0 ? 'is not there' : 'is a series of several volumes'
  throw new HippospikeError(
    'usage',
    `${path}: --series ${wanted} ${why}; give one of ${list(found.length > 0 ? found : series, false)}`
  )
}

/** Why a study has nothing to open. */
export function noSeriesText({ listing: { otherFiles, damaged } }: DicomStudy): string {
  const [first] = damaged
  if (first !== undefined) {
    const more = damaged.length > 1 ? ` (and ${damaged.length - 1} more)` : ''
    return `holds no DICOM image that can be read: ${first.file}${more} ${first.problem}; copy or export it again`
  }
  const files =
    otherFiles === 0 ? 'is empty' : `holds no DICOM image among its files (${otherFiles})`
  return `${files}; give a folder of DICOM files or one image file, such as scan.nii.gz`
}

function list(series: readonly DicomSeries[], withProblem: boolean): string {
  const texts = series.slice(0, NAMED).map(({ summary }) => {
    const problem = summary.problems.find(({ severity }) => severity !== 'warning')
    return withProblem && problem ? `${named(summary)}: ${problem.text}` : named(summary)
  })
  const more = series.length > NAMED ? `; and ${series.length - NAMED} more` : ''
  return texts.join('; ') + more
}

/** A series in few words, without anything of the patient. */
function named({ number, description, modality, size }: DicomSeriesSummary): string {
  return `${number} (${description || 'without a name'}, ${modality}, ${size.join('×')})`
}
