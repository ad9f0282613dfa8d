import type { CaseSummary, Result, Visit } from '../../shared/api/cases'
import { HippospikeError } from '../../shared/errors'
import { isCropSized } from '../../shared/crop-size'
import type { HeadReport } from '../../shared/head'
import { caseIds, readCase, writeCaseRecord, type Case, type CaseRecord } from './case-record'
import { listResults } from './result-record'
import { visitOf } from './visit'

/** The cases of a workspace. One whose scan cannot be read is left out; `onDamaged` hears why. */
export async function listCases(
  root: string,
  onDamaged: (id: string, problem: unknown) => void = () => undefined
): Promise<CaseSummary[]> {
  const summaries: CaseSummary[] = []
  // One after the other: a scan that must be described first takes its whole memory.
  for (const id of await caseIds(root)) {
    try {
      summaries.push(await summaryOf(root, await readCase(root, id)))
    } catch (problem) {
      onDamaged(id, problem)
    }
  }
  return summaries
}

/** Keeps whose scan a case is and which visit; null for what the dataset says. */
export async function setVisit(
  root: string,
  id: string,
  visit: Visit | null
): Promise<CaseSummary> {
  return changeRecord(root, id, (record) => ({ ...record, visit }))
}

/**
 * Keeps which hippocampus a crop shows.
 *
 * @throws HippospikeError (usage) for a head, which shows both
 */
export async function setSide(
  root: string,
  id: string,
  side: CaseRecord['side']
): Promise<CaseSummary> {
  return changeRecord(root, id, (record) => {
    if (side !== null && !isCropSized(record.image.geometry)) {
      throw new HippospikeError('usage', `case ${id} is a head: it shows both hippocampi`)
    }
    return { ...record, side }
  })
}

async function changeRecord(
  root: string,
  id: string,
  change: (record: CaseRecord) => CaseRecord
): Promise<CaseSummary> {
  const found = await readCase(root, id)
  const record = change(found.record)
  await writeCaseRecord(root, id, record)
  return summaryOf(root, { ...found, record })
}

async function summaryOf(root: string, found: Case): Promise<CaseSummary> {
  const { id, record } = found
  const results: readonly Result[] = await listResults(root, id)
  const own = results.filter(({ kind }) => kind !== 'truth')
  const corrected = own.some(({ kind, versions }) => kind === 'manual' || versions.length > 1)
  const { size, spacing } = record.image.geometry
  return {
    id,
    visit: await visitOf(root, found),
    side: record.side,
    name: record.name,
    importedAt: record.importedAt,
    size,
    spacing,
    state: corrected ? 'corrected' : own.length > 0 ? 'segmented' : 'new',
    volumesMm3: own[0]?.volumesMm3 ?? null,
    wholeMm3: wholeBySide(own[0]?.head ?? null)
  }
}

/** Of each whole hippocampus, mm³; null for a crop. */
export function wholeBySide(head: HeadReport | null): CaseSummary['wholeMm3'] {
  if (head === null) return null
  const { left, right } = head.volumesMm3
  return { left: left?.whole ?? null, right: right?.whole ?? null }
}
