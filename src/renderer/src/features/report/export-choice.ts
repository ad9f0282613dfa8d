import type { ExportRequest } from '../../../../shared/api/export'
import type { Result } from '../../../../shared/api/cases'

export type Format = ExportRequest['format']
export type Labels = ExportRequest['labels']

export const FORMATS: readonly { value: Format; label: string; about: string; suffix: string }[] = [
  {
    value: 'nifti',
    label: 'NIfTI mask',
    about: 'Labels on the image’s own grid',
    suffix: '_dseg.nii.gz'
  },
  {
    value: 'nrrd-seg',
    label: '3D Slicer segmentation',
    about: 'Named, coloured segments',
    suffix: '.seg.nrrd'
  },
  {
    value: 'probabilities',
    label: 'NIfTI probabilities',
    about: 'One 4-D image, a volume a label',
    suffix: '_probseg.nii.gz'
  },
  {
    value: 'csv',
    label: 'Volumes, CSV',
    about: 'One row a structure, for a spreadsheet',
    suffix: '_volumes.csv'
  },
  {
    value: 'json',
    label: 'Volumes, JSON',
    about: 'With the model, what it cost, and all versions',
    suffix: '_result.json'
  },
  {
    value: 'report',
    label: 'Report, HTML',
    about: 'Pictures, volumes, model; prints to PDF',
    suffix: '_report.html'
  }
]

interface LabelChoice {
  value: Labels
  label: string
}

const CROP_CHOICES: readonly LabelChoice[] = [
  { value: 'native', label: '1 anterior, 2 posterior' },
  { value: 'freesurfer', label: 'FreeSurfer: 17 left, 53 right' },
  { value: 'sides', label: 'By side: 1–2 left, 3–4 right' }
]

const HEAD_CHOICES: readonly LabelChoice[] = [
  { value: 'native', label: '1–2 left, 3–4 right: anterior, posterior' },
  { value: 'freesurfer', label: 'FreeSurfer: 17 left, 53 right' }
]

export function labelChoices(isHead: boolean): readonly LabelChoice[] {
  return isHead ? HEAD_CHOICES : CROP_CHOICES
}

/** Whether a format writes voxels with label numbers, which can be chosen. */
export function hasLabels(format: Format): boolean {
  return format === 'nifti' || format === 'nrrd-seg'
}

/** Whether the user has to say which side a crop shows; a head's mask says so itself. */
export function needsSide(format: Format, labels: Labels, isHead: boolean): boolean {
  return !isHead && hasLabels(format) && labels !== 'native'
}

/** Why a result cannot be exported so; null where it can. */
export function obstacle(
  result: Pick<Result, 'hasProbabilities' | 'kind'>,
  format: Format,
  { labels, side, isHead }: Pick<ExportRequest, 'labels' | 'side'> & { isHead: boolean }
): string | null {
  if (format === 'probabilities' && !result.hasProbabilities) {
    return result.kind === 'model'
      ? 'The probabilities of this result were not kept: segment again'
      : 'A mask drawn by hand has no probabilities'
  }
  if (needsSide(format, labels, isHead) && side === null) {
    return 'Say which hippocampus this is: the image does not'
  }
  return null
}

/** `sub-CASE_seg-RESULT_dseg.nii.gz`, as BIDS names derivatives. */
export function fileName(caseId: string, resultId: string, format: Format): string {
  const suffix = FORMATS.find(({ value }) => value === format)?.suffix ?? ''
  return `sub-${caseId}_seg-${resultId}${suffix}`
}
