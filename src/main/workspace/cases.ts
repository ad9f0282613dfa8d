import type { CaseSummary, Result } from '../../shared/api/cases'
import type { HeadReport } from '../../shared/head'
import { caseIds, readCase, type Case } from './case-record'
import { listResults } from './result-record'

/** The cases of a workspace. One whose scan cannot be read is left out; `onDamaged` hears why. */
export async function listCases(
  root: string,
  onDamaged: (id: string, problem: unknown) => void = () => undefined
): Promise<CaseSummary[]> {
  const summaries: CaseSummary[] = []
  // One after the other: a scan that must be described first takes its whole memory.
  for (const id of await caseIds(root)) {
    try {
      summaries.push(summaryOf(await readCase(root, id), await listResults(root, id)))
    } catch (problem) {
      onDamaged(id, problem)
    }
  }
  return summaries
}

function summaryOf({ id, record }: Case, results: readonly Result[]): CaseSummary {
  const own = results.filter(({ kind }) => kind !== 'truth')
  const corrected = own.some(({ kind, versions }) => kind === 'manual' || versions.length > 1)
  const { size, spacing } = record.image.geometry
  return {
    id,
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
