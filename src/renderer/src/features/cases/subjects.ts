import type { CaseSummary } from '../../../../shared/api/cases'

/** The cases of one subject, in the order of their visits. */
export interface SubjectGroup {
  subject: string
  cases: readonly CaseSummary[]
}

/** Whose scan a case is. */
export function subjectOf({ id, visit }: Pick<CaseSummary, 'id' | 'visit'>): string {
  return visit?.subject ?? id
}

/** Cases by subject, each where its first one is in the list. */
export function bySubject(list: readonly CaseSummary[]): SubjectGroup[] {
  const groups = new Map<string, CaseSummary[]>()
  for (const one of list) {
    const subject = subjectOf(one)
    groups.set(subject, [...(groups.get(subject) ?? []), one])
  }
  return [...groups].map(([subject, cases]) => ({ subject, cases: inOrder(cases) }))
}

/** What a visit is called: `ses-2 · 3 Feb 2021`; the case's id where nothing is known. */
export function visitText({ id, visit }: Pick<CaseSummary, 'id' | 'visit'>): string {
  const parts = [visitLabel({ id, visit }), visit?.date ? dateText(visit.date) : '']
  return parts.filter((part) => part !== '').join(' · ')
}

/** Without its date. */
export function visitLabel({ id, visit }: Pick<CaseSummary, 'id' | 'visit'>): string {
  const label = visit?.label ?? ''
  if (label === '') return visit?.date ? '' : id
  return /^\d+\b/.test(label) ? `visit ${label}` : label
}

/** By date where all have one, else by label, `2` before `10`. */
function inOrder(cases: readonly CaseSummary[]): CaseSummary[] {
  const areDated = cases.every(({ visit }) => typeof visit?.date === 'string')
  const key = ({ id, visit }: CaseSummary): string => (areDated ? visit?.date : visit?.label) ?? id
  return [...cases].sort((a, b) => key(a).localeCompare(key(b), 'en', { numeric: true }))
}

function dateText(date: string): string {
  const [year, month, day] = date.split('-').map(Number) as [number, number, number]
  return new Date(Date.UTC(year, month - 1, day)).toLocaleDateString('en-GB', {
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    timeZone: 'UTC'
  })
}
