import { join } from 'node:path'
import type { Command } from 'commander'
import type { DicomListing, DicomPatient, DicomSeriesSummary } from '../../../../shared/dicom'
import { HippospikeError } from '../../../../shared/errors'
import { openStudy, previewOf, type DicomStudy } from '../../../imaging/dicom'
import { makeFolder, writeFileAtomic } from '../../../workspace/atomic-write'
import { encodeGreyPng } from '../../../workspace/export/png'
import type { CliHost } from '../host'
import { withOutputOptions } from '../options'
import { printResult, table } from '../output'

interface DicomOptions {
  json?: true
  identity: boolean
  previews?: string
  force?: true
}

/** `hippospike dicom`: what series there are, what is wrong with each, and which one to segment. */
export function addDicom(program: Command, host: CliHost): void {
  const command = program
    .command('dicom')
    .summary('list the DICOM series of a folder, zip or files')
    .description(
      'Lists the DICOM series of folders (with all folders below), zip archives and files: what each is,\n' +
        'what is wrong with it, and, marked by *, the one that "hippospike segment" takes by itself.'
    )
    .argument('<paths...>', 'folders, zip archives or files')
    .option('--no-identity', 'leave out who was scanned')
    .option('--previews <dir>', 'write the middle slice of each series as DIR/series-N.png')
    .option('--force', 'replace existing previews')
    .action((paths: string[], options: DicomOptions) => dicom(host, paths, options))
  withOutputOptions(command, [
    'hippospike dicom study-folder',
    'hippospike dicom study.zip --json --no-identity',
    'hippospike segment study-folder --series 3 --out mask.nii.gz --seg mask.dcm'
  ])
}

async function dicom(host: CliHost, paths: string[], options: DicomOptions): Promise<void> {
  const study = await openStudy(paths)
  try {
    if (options.previews !== undefined) {
      await writePreviews(host, study, options.previews, options.force ?? false)
    }
    const listing = options.identity ? study.listing : withoutPatients(study.listing)
    if (listing.series.length === 0 && listing.damaged.length === 0) {
      const files = listing.otherFiles === 1 ? 'file' : 'files'
      throw new HippospikeError(
        'input',
        `${paths.join(', ')}: no DICOM images among ${listing.otherFiles} ${files}; give the folder, zip or files of a study`
      )
    }
    printResult(host, options, listing, () => describe(listing, options.identity))
  } finally {
    study.close()
  }
}

function withoutPatients(listing: DicomListing): DicomListing {
  const nobody: DicomPatient = { name: '', id: '', birthDate: '', sex: '' }
  return { ...listing, series: listing.series.map((one) => ({ ...one, patient: nobody })) }
}

/** A series whose voxels cannot be read has no picture; its problems say why. */
async function writePreviews(
  host: CliHost,
  { series }: DicomStudy,
  folder: string,
  overwrite: boolean
): Promise<void> {
  await makeFolder(folder)
  for (const { summary, volume } of series) {
    try {
      const png = encodeGreyPng(await previewOf(volume))
      await writeFileAtomic(join(folder, `series-${summary.number}.png`), png, { overwrite })
    } catch (thrown) {
      if (!(thrown instanceof HippospikeError) || thrown.kind !== 'input') throw thrown
      host.err(`hippospike: warning: no preview of series ${summary.number}: ${thrown.message}\n`)
    }
  }
}

function describe({ series, otherFiles, damaged }: DicomListing, identity: boolean): string {
  const studies = new Map<string, DicomSeriesSummary[]>()
  for (const one of series) studies.set(one.studyUid, [...(studies.get(one.studyUid) ?? []), one])
  const parts = [...studies.values()].map((ofStudy) => describeStudy(ofStudy, identity))
  const rest = damaged.map(({ file, problem }) => `not read: ${file} ${problem}`)
  if (otherFiles > 0) rest.push(`other files: ${otherFiles}`)
  if (rest.length > 0) parts.push(rest.join('\n'))
  return parts.join('\n\n')
}

function describeStudy(series: readonly DicomSeriesSummary[], identity: boolean): string {
  const { patient, studyDate, studyDescription } = series[0]!
  const { name, id, birthDate, sex } = patient
  const who = [name, id, birthDate && `born ${isoDate(birthDate)}`, sex].filter(Boolean).join(', ')
  const head = [
    ...(identity ? [`patient  ${who || 'not named'}`] : []),
    `study    ${[isoDate(studyDate), studyDescription].filter(Boolean).join(', ') || 'not named'}`
  ]
  const header = ['  series', 'kind', 'name', 'voxels', 'mm', 'plane', 'files']
  const rows = table([header, ...series.map(row)], 6).split('\n')
  const lines = series.flatMap(({ problems }, n) => [
    rows[n + 1]!,
    ...problems.map(({ severity, text }) => {
      return `      ${severity === 'warning' ? 'note' : 'cannot be read'}: ${text}`
    })
  ])
  return [...head, '', rows[0]!, ...lines].join('\n')
}

function row(series: DicomSeriesSummary): string[] {
  const { number, proposed, modality, description, size, spacing, plane, obliqueDegrees } = series
  const oblique =
    obliqueDegrees !== null && obliqueDegrees >= 1 ? `, oblique ${obliqueDegrees}°` : ''
  return [
    `${proposed ? '*' : ' '} ${number}`,
    modality || '–',
    description || '–',
    size.join('×'),
    spacing?.map((mm) => Number(mm.toFixed(2))).join('×') ?? '–',
    plane === null ? '–' : `${plane}${oblique}`,
    String(series.files)
  ]
}

function isoDate(date: string): string {
  return date.replace(/^(\d{4})(\d{2})(\d{2})$/, '$1-$2-$3')
}
