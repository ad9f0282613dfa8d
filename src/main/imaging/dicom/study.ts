import { basename } from 'node:path'
import type { DicomListing, DicomSeriesSummary } from '../../../shared/dicom'
import { pathFacts } from '../path-facts'
import { diskFile, type DicomFile } from './file'
import { filesOfFolder } from './folder'
import { groupSlices } from './group'
import { readInstance, type Instance } from './instance'
import { isReadable, summaryOf } from './summary'
import { judgeGroup, type DicomVolume } from './volumes'
import { openZip, type OpenZip } from './zip'

/** Files whose tags are read at the same time. */
const READERS = 8
/** A proposal needs this many points (a T1-weighted name or times, and thin slices), and so many more than the next. */
const PROPOSAL_SCORE = 30
const PROPOSAL_LEAD = 10

export interface DicomSeries {
  summary: DicomSeriesSummary
  volume: DicomVolume
}

/** What folders, archives and files hold of DICOM. Archives stay open until it is closed. */
export interface DicomStudy {
  series: DicomSeries[]
  listing: DicomListing
  close(): void
}

/**
 * Lists the DICOM series of folders (with all folders below), zip archives and single files. Of each file the tags alone are
 * read; what is no DICOM is counted and left alone.
 *
 * @throws HippospikeError (input) where a path is not there, or a folder or archive cannot be opened
 */
export async function openStudy(paths: readonly string[]): Promise<DicomStudy> {
  const archives: OpenZip[] = []
  const close = (): void => archives.forEach((archive) => archive.close())
  try {
    const files: DicomFile[] = []
    for (const path of paths) {
      const facts = await pathFacts(path)
      if (facts.isDirectory()) {
        files.push(...(await filesOfFolder(path)))
      } else if (isZipName(path)) {
        const archive = await openZip(path)
        archives.push(archive)
        files.push(...archive.files)
      } else {
        files.push(diskFile(path, basename(path), facts.size))
      }
    }
    return { ...(await studyOf(files)), close }
  } catch (thrown) {
    close()
    throw thrown
  }
}

/** Whether a file is taken for a zip archive. */
export function isZipName(path: string): boolean {
  return /\.zip$/i.test(path)
}

async function studyOf(files: readonly DicomFile[]): Promise<Omit<DicomStudy, 'close'>> {
  const instances: Instance[] = []
  const damaged: DicomListing['damaged'] = []
  let otherFiles = 0
  const outcomes = await readAll(files)
  outcomes.forEach((outcome, n) => {
    if (outcome.kind === 'image') instances.push(outcome.instance)
    else if (outcome.kind === 'damaged') {
      damaged.push({ file: files[n]!.name, problem: outcome.problem })
    } else otherFiles++
  })
  const volumes = groupSlices(instances).map(judgeGroup).sort(inOrder)
  const best = proposalOf(volumes)
  const series = volumes.map((volume, n) => ({
    volume,
    summary: summaryOf(volume, n + 1, volume === best)
  }))
  const listing = { series: series.map(({ summary }) => summary), otherFiles, damaged }
  return { series, listing }
}

async function readAll(
  files: readonly DicomFile[]
): Promise<Awaited<ReturnType<typeof readInstance>>[]> {
  const outcomes: Awaited<ReturnType<typeof readInstance>>[] = []
  let next = 0
  const reader = async (): Promise<void> => {
    while (next < files.length) {
      const n = next++
      outcomes[n] = await readInstance(files[n]!)
    }
  }
  await Promise.all(Array.from({ length: READERS }, reader))
  return outcomes
}

/** By study, then by the scanner's own count of series. */
function inOrder(a: DicomVolume, b: DicomVolume): number {
  const [x, y] = [a.slices[0]!.instance, b.slices[0]!.instance]
  return (
    compare(x.study.date, y.study.date) ||
    compare(x.studyUid, y.studyUid) ||
    (x.seriesNumber ?? Infinity) - (y.seriesNumber ?? Infinity) ||
    compare(a.seriesUid, b.seriesUid) ||
    (a.part ?? 0) - (b.part ?? 0)
  )
}

/** The volume that is clearly the best to segment; null where none is. */
function proposalOf(volumes: readonly DicomVolume[]): DicomVolume | null {
  const readable = volumes.filter(isReadable).sort((a, b) => b.score - a.score)
  const [best, next] = readable
  if (best === undefined || best.score < PROPOSAL_SCORE) return null
  return next === undefined || best.score - next.score >= PROPOSAL_LEAD ? best : null
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
