import type { Result } from '../../shared/api/cases'
import type { HeadBox } from '../../shared/head'
import { listResults } from './result-record'

/** Whether a result of a case was located, by which the case is known to be a T1-weighted head. */
export async function wasLocated(root: string, caseId: string): Promise<boolean> {
  return hasLocated(await listResults(root, caseId))
}

/** The newest boxes of a head that were placed by hand; null where none were, or where the head can be located. */
export async function boxesByHand(root: string, caseId: string): Promise<HeadBox[] | null> {
  const results = await listResults(root, caseId)
  if (hasLocated(results)) return null
  return results.find(({ head }) => head !== null && head.boxes.length > 0)?.head?.boxes ?? null
}

function hasLocated(results: readonly Result[]): boolean {
  return results.some(({ head }) => head !== null && head.fit !== null)
}
