import { readFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { Visit } from '../../shared/api/cases'
import { placeOf } from './bids-scans'
import { caseParts } from './case-id'
import type { Case } from './case-record'

/** Whose scan a case is and which visit: as the user has said, or else as BIDS says; null where that is the case's id alone. */
export async function visitOf(root: string, { id, scan, record }: Case): Promise<Visit | null> {
  if (record.visit !== null) return record.visit
  const { subject, session, rest } = caseParts(id)!
  const date = await scanDate(root, subject, session, scan)
  const label = [session, ...(rest === '' ? [] : rest.split('_'))].filter((part) => part !== null)
  if (label.length === 0 && date === null) return null
  return { subject, label: label.length === 0 ? null : label.join(' ').slice(0, 64), date }
}

/** When a scan was made, by the tables that BIDS has for it: `sub-01_ses-2_scans.tsv`, or `sub-01_sessions.tsv`. */
async function scanDate(
  root: string,
  subject: string,
  session: string | null,
  scan: string
): Promise<string | null> {
  const place = placeOf(subject, session)
  const scans = join(root, place, `${place.replace('/', '_')}_scans.tsv`)
  const sessions = join(root, `sub-${subject}`, `sub-${subject}_sessions.tsv`)
  return (
    (await timeIn(scans, 'filename', `${basename(dirname(scan))}/${basename(scan)}`)) ??
    (session === null ? null : await timeIn(sessions, 'session_id', `ses-${session}`))
  )
}

/** The date of the `acq_time` in the row whose column has a value; null where there is none. */
async function timeIn(path: string, column: string, value: string): Promise<string | null> {
  const text = await readFile(path, 'utf8').catch(() => '')
  const [head = [], ...rows] = text.split(/\r?\n/).map((line) => line.split('\t'))
  const [key, time] = [head.indexOf(column), head.indexOf('acq_time')]
  if (key < 0 || time < 0) return null
  const found = rows.find((cells) => cells[key] === value)?.[time]?.slice(0, 10) ?? ''
  const isDate = /^\d{4}-\d{2}-\d{2}$/.test(found) && !Number.isNaN(Date.parse(found))
  return isDate ? found : null
}
