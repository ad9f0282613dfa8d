import { createHash } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { ExportOutcome, ExportRequest } from '../../../shared/api/export'
import { HippospikeError } from '../../../shared/errors'
import { isHeadMask } from '../../../shared/labels'
import { writeMask } from '../../imaging/write-mask'
import type { SourceImage } from '../../imaging/read-image'
import { assertWritable, writeFileAtomic } from '../atomic-write'
import { readCase } from '../case-record'
import { resultFiles } from '../layout'
import { readMask } from '../masks'
import { readResult } from '../result-record'
import { resultPaths } from '../result-paths'
import { exportLabels, relabel, type ExportLabel } from './labels'
import { reportHtml } from './report'
import { writeSegNrrd } from './seg-nrrd'
import { planesThroughMask } from './slices'
import { resultJson, volumesCsv, type Subject } from './tables'

type ExportFormat = ExportRequest['format']
type ExportedFile = ExportOutcome['files'][number]

const ENDINGS: Readonly<Record<ExportFormat, string>> = {
  nifti: '_dseg.nii.gz',
  'nrrd-seg': '.seg.nrrd',
  probabilities: '_probseg.nii.gz',
  csv: '_volumes.csv',
  json: '_result.json',
  report: '_report.html'
}

/** What the name of a file must end in. */
const EXTENSIONS: Readonly<Record<ExportFormat, RegExp>> = {
  nifti: /\.nii(\.gz)?$/i,
  'nrrd-seg': /\.nrrd$/i,
  probabilities: /\.nii\.gz$/i,
  csv: /\.csv$/i,
  json: /\.json$/i,
  report: /\.html?$/i
}

export interface ExportPlace {
  root: string
  caseId: string
  resultId: string
  source: SourceImage
  /** Folder for files that no path is given for. */
  folder: string
}

/**
 * Exports the newest version of a result. Masks are read back and compared before they take their place.
 *
 * @throws HippospikeError (usage) for labels without a side or a name with another extension, (output) where a file exists already or
 *   cannot be written
 */
export async function exportResult(
  place: ExportPlace,
  request: ExportRequest
): Promise<ExportedFile[]> {
  const { root, caseId, resultId, folder } = place
  const { format, overwrite } = request
  const result = await readResult(root, caseId, resultId)
  const subject: Subject = {
    case: await readCase(root, caseId),
    result,
    side: result.head === null ? request.side : null
  }
  const path = request.path ?? join(folder, `sub-${caseId}_seg-${resultId}${ENDINGS[format]}`)
  if (!EXTENSIONS[format].test(path)) {
    throw new HippospikeError(
      'usage',
      `${path}: give a name that ends as ${basename(`export${ENDINGS[format]}`)} does`
    )
  }
  const prepare = async (target: string): Promise<void> => {
    if (!overwrite && (await stat(target).catch(() => null)) !== null) {
      throw new HippospikeError(
        'output',
        `${target}: exists already; choose another name, or allow to replace it`
      )
    }
    const own = [subject.case.scan, ...(await resultPaths(root, caseId, resultId))]
    await assertWritable(target, overwrite, own)
  }
  const text = async (content: string): Promise<ExportedFile[]> => {
    await prepare(path)
    await writeFileAtomic(path, content, { overwrite })
    return [await described(path, null)]
  }
  switch (format) {
    case 'csv':
      return text(volumesCsv(subject))
    case 'json':
      return text(resultJson(subject))
    case 'report': {
      const mask = await readMask(root, caseId, resultId)
      const { window } = subject.case.record.image
      return text(reportHtml(subject, planesThroughMask(place.source.volume, mask, window)))
    }
    case 'probabilities': {
      await prepare(path)
      const bytes = await readProbabilities(place)
      await writeFileAtomic(path, bytes, {
        overwrite,
        verify: async (temporary) => {
          if ((await readFile(temporary)).equals(bytes)) return
          throw new HippospikeError('internal', `${path}: the file read back differs`)
        }
      })
      return [await described(path, `${bytes.length} bytes read back, equal to the engine's`)]
    }
    case 'nifti':
    case 'nrrd-seg':
      return exportMask(place, request, path, prepare)
  }
}

async function exportMask(
  { root, caseId, resultId, source }: ExportPlace,
  request: ExportRequest,
  path: string,
  prepare: (target: string) => Promise<void>
): Promise<ExportedFile[]> {
  const { overwrite, separate, format } = request
  const { voxels } = await readMask(root, caseId, resultId)
  const { geometry } = source.volume
  const labels = exportLabels(request, isHeadMask(geometry, voxels))
  const parts: { target: string; part: ExportLabel[] }[] = separate
    ? labels.map((label) => ({ target: withName(path, label.name), part: [label] }))
    : [{ target: path, part: labels }]
  // All are looked at before the first is written.
  for (const { target } of parts) await prepare(target)
  const files: ExportedFile[] = []
  for (const { target, part } of parts) {
    const mask = { geometry, voxels: relabel(voxels, part) }
    if (format === 'nifti') await writeMask(target, mask, source.header, { force: overwrite })
    else await writeSegNrrd(target, mask, part, overwrite)
    const checked = `size, position in space and all ${voxels.length} voxels read back, equal`
    files.push(await described(target, checked))
  }
  return files
}

/** `mask.nii.gz` → `mask_anterior.nii.gz`. */
function withName(path: string, name: string): string {
  const file = basename(path)
  const dot = file.search(/(_dseg)?(\.nii(\.gz)?|\.seg\.nrrd|\.nrrd)$/i)
  return join(dirname(path), `${file.slice(0, dot)}_${name}${file.slice(dot)}`)
}

async function readProbabilities({ root, caseId, resultId }: ExportPlace): Promise<Buffer> {
  try {
    return await readFile(resultFiles(root, caseId, resultId).probabilities)
  } catch (cause) {
    throw new HippospikeError(
      'input',
      `result ${resultId} has no probabilities: it was drawn or imported; export those of a model's result`,
      { cause }
    )
  }
}

async function described(path: string, checked: string | null): Promise<ExportedFile> {
  const bytes = await readFile(path)
  return {
    name: basename(path),
    path,
    downloadId: null,
    bytes: bytes.length,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    checked
  }
}
