import type { Result } from '../../shared/api/cases'
import type { VisitComparison, VolumeChange } from '../../shared/api/visits'
import { HippospikeError } from '../../shared/errors'
import type { StructureVolumes } from '../../shared/head'
import type { Triple } from '../../shared/geometry'
import { SIDES, STRUCTURES, type Side, type StructureName } from '../../shared/labels'
import { boxCentre } from '../../core/head/box-grid'
import { rigidLink } from '../../core/head/visit-link'
import { changeOf, daysBetween, isWithinError, yearsBetween } from '../../core/metrics/change'
import { standardErrorMm3 } from '../../core/metrics/standard-error'
import { readCase, type Case } from './case-record'
import { listResults, missingResult } from './result-record'
import { visitOf } from './visit'

const IDENTITY = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0]

/** A visit and the mask of it that is compared; null for none. */
interface Visited {
  found: Case
  date: string | null
  results: readonly Result[]
  result: Result | null
}

/**
 * Compares two visits of a subject.
 *
 * @param wanted results to compare; null for the newest pair of one model
 * @throws MissingError where there is no such case or result; HippospikeError (usage) where both are one case
 */
export async function compareVisits(
  root: string,
  cases: { from: string; to: string },
  wanted: { from: string | null; to: string | null }
): Promise<VisitComparison> {
  if (cases.from === cases.to) {
    throw new HippospikeError('usage', `both visits are case ${cases.from}; give two cases`)
  }
  const from = await visited(root, cases.from, wanted.from)
  const to = await visited(root, cases.to, wanted.to)
  choosePair(from, to, wanted)
  const link = linkOf(from, to)
  return {
    from: described(from),
    to: described(to),
    days: daysBetween(from.date, to.date),
    changes: changesOf(from, to),
    link: link ?? IDENTITY,
    linkedBy: link === null ? 'scanner' : 'template',
    warnings: warningsOf(from, to)
  }
}

async function visited(root: string, id: string, wanted: string | null): Promise<Visited> {
  const found = await readCase(root, id)
  const results = await listResults(root, id)
  const result = results.find((one) => one.id === wanted) ?? null
  if (wanted !== null && result === null) throw missingResult(id, wanted)
  return { found, date: (await visitOf(root, found))?.date ?? null, results, result }
}

function described({ found, result }: Visited): VisitComparison['from'] {
  return { caseId: found.id, resultId: result?.id ?? null, resultName: result?.name ?? null }
}

/** Fills in the results that were not asked for: a change is one only between masks of one model. */
function choosePair(
  from: Visited,
  to: Visited,
  wanted: { from: string | null; to: string | null }
): void {
  const candidates = (one: Visited, isWanted: boolean): readonly Result[] =>
    isWanted ? one.results.filter((result) => result === one.result) : ownResults(one.results)
  const [before, after] = [
    candidates(from, wanted.from !== null),
    candidates(to, wanted.to !== null)
  ]
  const pairs = after.flatMap((b) => before.filter((a) => isSameModel(a, b)).map((a) => ({ a, b })))
  from.result = pairs[0]?.a ?? before[0] ?? null
  to.result = pairs[0]?.b ?? after[0] ?? null
}

/** Without the expert's mask, which no model made. */
function ownResults(results: readonly Result[]): readonly Result[] {
  return results.filter(({ kind }) => kind !== 'truth')
}

function isSameModel(a: Result, b: Result): boolean {
  return a.model === b.model && a.timesteps === b.timesteps && a.model !== null
}

function changesOf(from: Visited, to: Visited): VolumeChange[] {
  const [before, after] = [from.result, to.result]
  if (before === null || after === null) return []
  if (before.head !== null && after.head !== null) {
    return SIDES.flatMap((side) => {
      const [a, b] = [before.head!.volumesMm3[side], after.head!.volumesMm3[side]]
      return a === null || b === null ? [] : sideChanges(from, to, side, a, b)
    })
  }
  if (before.head !== null || after.head !== null) return []
  const sides = [from.found.record.side, to.found.record.side]
  // The left of a visit is not compared with the right of another.
  if (sides[0] !== sides[1] && sides[0] !== null && sides[1] !== null) return []
  return sideChanges(from, to, sides[0] ?? sides[1] ?? null, before.volumesMm3, after.volumesMm3)
}

function sideChanges(
  from: Visited,
  to: Visited,
  side: Side | null,
  before: StructureVolumes,
  after: StructureVolumes
): VolumeChange[] {
  const years = yearsBetween(from.date, to.date)
  return STRUCTURES.map((structure) => {
    const own = [ownError(from, side, structure), ownError(to, side, structure)] as const
    const change = changeOf(before[structure], after[structure], {
      before: own[0] ?? standardErrorMm3(structure, before[structure]),
      after: own[1] ?? standardErrorMm3(structure, after[structure])
    })
    return {
      side,
      structure,
      before: change.before,
      after: change.after,
      percent: change.percent,
      percentPerYear: years === null || change.percent === null ? null : change.percent / years,
      interval: change.interval!,
      basis: own[0] === null || own[1] === null ? 'standard' : 'repeatability',
      isWithinError: isWithinError(change)!
    }
  })
}

/** What moved windows gave for this mask, of a whole hippocampus; null where that was not asked for, or the mask was changed since. */
function ownError({ result }: Visited, side: Side | null, structure: StructureName): number | null {
  if (side === null || structure !== 'whole') return null
  return result?.head?.repeatabilityMm3?.[side] ?? null
}

/** @returns null where one of them was not registered */
function linkOf(from: Visited, to: Visited): number[] | null {
  const [a, b] = [headOf(from), headOf(to)]
  if (a === null || b === null) return null
  const centres = a.boxes.map(({ grid }) => boxCentre(grid))
  const middle = [0, 1, 2].map(
    (axis) => centres.reduce((sum, centre) => sum + centre[axis]!, 0) / centres.length
  ) as Triple
  return rigidLink(a.fit!.transform, b.fit!.transform, middle)
}

/** Of any result of the case that was located. */
function headOf({ result, results }: Visited): NonNullable<Result['head']> | null {
  const all = [...(result === null ? [] : [result]), ...results]
  const found = all.find(({ head }) => head !== null && head.fit !== null && head.boxes.length > 0)
  return found?.head ?? null
}

function warningsOf(from: Visited, to: Visited): string[] {
  const [a, b] = [from.result, to.result]
  const missing = [from, to].filter(({ result }) => result === null).map(({ found }) => found.id)
  if (a === null || b === null) {
    return [
      `${missing.join(' and ')} ${missing.length > 1 ? 'have' : 'has'} no mask yet: segment it to compare volumes`
    ]
  }
  const warnings: string[] = []
  if ((a.head === null) !== (b.head === null)) {
    warnings.push('one visit is a whole head and the other a crop: their volumes are not compared')
  }
  const sides = [from.found.record.side, to.found.record.side]
  if (sides[0] !== null && sides[1] !== null && sides[0] !== sides[1]) {
    warnings.push(
      `${from.found.id} shows the ${sides[0]} hippocampus and ${to.found.id} the ${sides[1]} one: they are not compared`
    )
  }
  if (!isSameModel(a, b)) {
    warnings.push(
      `the masks were not made by the same model (${a.name}; ${b.name}), which may differ by more than the visits: segment both alike`
    )
  }
  const spacings = [from, to].map(({ found }) => Math.max(...found.record.image.geometry.spacing))
  if (Math.max(...spacings) > 1.5 * Math.min(...spacings)) {
    warnings.push('the scans have voxels of different sizes, which changes volumes by itself')
  }
  return warnings
}
