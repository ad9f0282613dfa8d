/**
 * A case is a T1-weighted scan, and its id what the scan's name says in BIDS between `sub-` and `_T1w`: `01`, `01_ses-2`,
 * `01_ses-2_run-1`. The visits of a subject are cases of their own, each in its BIDS place.
 */
export interface CaseParts {
  /** Without `sub-`. */
  subject: string
  /** Without `ses-`; null where the subject has no sessions. */
  session: string | null
  /** What else the name says: `run-1`; empty where nothing. */
  rest: string
}

const CASE_ID = /^([A-Za-z0-9]{1,64})(?:_ses-([A-Za-z0-9]+))?((?:_[A-Za-z0-9]+-[A-Za-z0-9+]+)*)$/
/** File names end somewhere. */
const MOST_CHARACTERS = 160

/** What an id says; null for what is no id of a case. */
export function caseParts(id: string): CaseParts | null {
  const match = id.length <= MOST_CHARACTERS ? CASE_ID.exec(id) : null
  if (match === null) return null
  const [, subject, session = null, rest = ''] = match
  return { subject: subject!, session, rest: rest.slice(1) }
}

/** The subject of a case that is known to be one. */
export function subjectOf(id: string): string {
  return caseParts(id)?.subject ?? id
}
