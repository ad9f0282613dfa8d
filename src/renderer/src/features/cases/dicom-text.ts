import type { DicomPatient, DicomProblem, DicomSeriesSummary } from '../../../../shared/dicom'
import { sentence } from '../../ui/window-words'

/** What the dialog says of a DICOM study, in words. */

/** Who was scanned, in one line; empty where the files say nothing. */
export function patientText({ name, id, birthDate, sex }: DicomPatient): string {
  const parts = [
    nameText(name),
    id === '' ? '' : `ID ${id}`,
    birthDate === '' ? '' : `born ${dateText(birthDate)}`,
    sex
  ]
  return parts.filter((part) => part !== '').join(' · ')
}

/** `Family^Given` as `Family, Given`. */
function nameText(name: string): string {
  const [family = '', ...rest] = name.split('^')
  const given = rest.filter((part) => part !== '').join(' ')
  return [family, given].filter((part) => part !== '').join(', ')
}

/** YYYYMMDD as YYYY-MM-DD. */
export function dateText(date: string): string {
  return date.replace(/^(\d{4})(\d{2})(\d{2})$/, '$1-$2-$3')
}

/** What a series is, without its name. */
export function factsText(series: DicomSeriesSummary): string {
  const { modality, seriesNumber, files } = series
  const parts = [
    modality,
    seriesNumber === null ? '' : `series ${String(seriesNumber)}`,
    `${String(files)} ${files === 1 ? 'file' : 'files'}`
  ]
  return parts.filter((part) => part !== '').join(' · ')
}

/** Where the voxels of a series lie. */
export function gridText({ size, spacing, plane, obliqueDegrees }: DicomSeriesSummary): string {
  const slices = size[2] === 1 ? '1 slice' : `${String(size[2])} slices`
  const oblique =
    obliqueDegrees !== null && obliqueDegrees >= 1 ? `, oblique by ${String(obliqueDegrees)}°` : ''
  const parts = [
    `${slices} of ${String(size[0])} × ${String(size[1])} voxels`,
    spacing === null ? '' : `${spacing.map((mm) => Number(mm.toFixed(2))).join(' × ')} mm`,
    plane === null ? '' : `${plane}${oblique}`
  ]
  return parts.filter((part) => part !== '').join(' · ')
}

/** A problem as a sentence for the window, which has no options to give. */
export function problemText({ code, text }: DicomProblem): string {
  const plain = code === 'tilted' ? text.replace(/: give --.*$/, TILTED) : text
  return sentence(plain)
}

const TILTED = '; the case becomes a straightened copy'

/** Whether it becomes a case: as it is, or repaired. */
export function isImportable({ readable, problems }: DicomSeriesSummary): boolean {
  return readable || problems.every(({ severity }) => severity !== 'unreadable')
}
