import type { Result } from '../../../../shared/api/cases'

/**
 * Two results worth comparing first: the expert's mask, or else the oldest other result, as A; the one on the screen, or else
 * the newest, as B. Null where there are not two.
 */
export function pairToCompare(
  results: readonly Result[],
  shown: string | null
): { a: string; b: string } | null {
  const truth = results.find(({ kind }) => kind === 'truth')
  const candidates = results.filter((one) => one !== truth)
  const b = candidates.find(({ id }) => id === shown) ?? candidates[0]
  if (b === undefined) return null
  const a = truth ?? candidates.filter((one) => one !== b).at(-1)
  return a === undefined ? null : { a: a.id, b: b.id }
}
