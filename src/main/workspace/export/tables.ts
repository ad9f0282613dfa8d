import type { Result } from '../../../shared/api/cases'
import { STRUCTURES } from '../../../shared/labels'
import { VERSION } from '../../../shared/version'
import type { Case } from '../case-record'

/** What is known of a result, for tables. */
export interface Subject {
  case: Case
  result: Result
  side: 'left' | 'right' | null
}

/** A line a structure, with a heading. Volumes in mm³. */
export function volumesCsv({ case: { id }, result, side }: Subject): string {
  const { id: resultId, model, timesteps, volumesMm3, confidence, versions } = result
  const rows = STRUCTURES.map((structure) => [
    id,
    side,
    resultId,
    versions.at(-1)!.version,
    model,
    timesteps,
    structure,
    volumesMm3[structure],
    confidence
  ])
  const heading =
    'case,side,result,version,model,timesteps,structure,volume_mm3,mean_probability_of_mask'
  return `${[heading, ...rows.map((row) => row.map(cell).join(','))].join('\n')}\n`
}

/** Everything that is known of a result, as one JSON document. */
export function resultJson({ case: { id, record }, result, side }: Subject): string {
  const document = {
    format: 'hippospike-result',
    version: 1,
    application: { name: 'Hippospike', version: VERSION },
    exported: new Date().toISOString(),
    case: { id, name: record.name, side, geometry: record.image.geometry },
    result
  }
  return `${JSON.stringify(document, null, 2)}\n`
}

/** A spreadsheet takes what begins with these for a formula. */
const FORMULA = /^[=+\-@\t\r]/

function cell(value: string | number | null): string {
  if (value === null) return ''
  if (typeof value === 'number') return String(value)
  const safe = FORMULA.test(value) ? `'${value}` : value
  return /[",\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
