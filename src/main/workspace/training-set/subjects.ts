import { imageExtension } from '../../imaging/read-image'
import { subjectOf } from '../case-id'
import type { Case } from '../case-record'

/** What ends the name of one of several scans of a subject: a side, a session, a run. */
const ONE_OF_SEVERAL =
  /[_\-. ](?:left|right|lh|rh|l|r|hemi-?[lr]|ses(?:sion)?-?[a-z0-9]+|run-?\d+|scan-?\d+|visit-?\d+|tp-?\d+|m\d+|baseline|follow-?up|retest|repeat-?\d*|mirror(?:ed)?)$/i
const CONTRAST = /[_\-. ](?:t1w?|mprage|image|img)$/i

/**
 * Who is shown, as the user has said; else what scans of one subject have in common, by BIDS or by what ends their names. Two crops of one head, and two visits, must not
 * be trained on and tested on.
 */
export function subjectOfCase({ id, record }: Pick<Case, 'id' | 'record'>): string {
  if (record.visit !== null) return record.visit.subject.toLowerCase()
  const bids = /^sub-([A-Za-z0-9]+)/.exec(record.name)?.[1]
  if (bids !== undefined) return bids.toLowerCase()
  const own = subjectOf(id).toLowerCase()
  let stem = record.name.slice(0, -(imageExtension(record.name)?.length ?? 0) || undefined)
  stem = stem.replace(CONTRAST, '')
  let shared = stem
  while (ONE_OF_SEVERAL.test(shared)) shared = shared.replace(ONE_OF_SEVERAL, '')
  const label = shared.replace(/[^A-Za-z0-9]/g, '').toLowerCase()
  return shared === stem || label === '' ? own : label
}
