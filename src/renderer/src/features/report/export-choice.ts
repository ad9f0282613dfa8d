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

export const LABELS: readonly { value: Labels; label: string }[] = [
  { value: 'crop', label: '1 anterior, 2 posterior' },
  { value: 'freesurfer', label: 'FreeSurfer: 17 left, 53 right' },
  { value: 'sides', label: 'By side: 1–2 left, 3–4 right' }
]

/** Whether a format writes voxels with label numbers, which can be chosen. */
export function hasLabels(format: Format): boolean {
  return format === 'nifti' || format === 'nrrd-seg'
}

export function needsSide(format: Format, labels: Labels): boolean {
  return hasLabels(format) && labels !== 'crop'
}

/** Why a result cannot be exported so; null where it can. */
export function obstacle(
  result: Pick<Result, 'hasProbabilities' | 'kind'>,
  format: Format,
  labels: Labels,
  side: ExportRequest['side']
): string | null {
  if (format === 'probabilities' && !result.hasProbabilities) {
    return result.kind === 'model'
      ? 'The probabilities of this result were not kept: segment again'
      : 'A mask drawn by hand has no probabilities'
  }
  if (needsSide(format, labels) && side === null) {
    return 'Say which hippocampus this is: the image does not'
  }
  return null
}

/** `sub-CASE_seg-RESULT_dseg.nii.gz`, as BIDS names derivatives. */
export function fileName(caseId: string, resultId: string, format: Format): string {
  const suffix = FORMATS.find(({ value }) => value === format)?.suffix ?? ''
  return `sub-${caseId}_seg-${resultId}${suffix}`
}
