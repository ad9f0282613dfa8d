import type { Result } from '../../../shared/api/cases'
import type { StructureVolumes } from '../../../shared/head'
import { SIDES, STRUCTURES } from '../../../shared/labels'
import { VERSION } from '../../../shared/version'
import { permilleOf } from '../../../core/head/measures'
import type { Case } from '../case-record'

/** What is known of a result, for tables. */
export interface Subject {
  case: Case
  result: Result
  side: 'left' | 'right' | null
}

/**
 * A line a structure, with a heading; of a head for each side, and for both together. Volumes in mm³, and in thousandths of the estimated
 * intracranial one where there is an estimate.
 */
export function volumesCsv({ case: { id }, result, side }: Subject): string {
  const { id: resultId, model, timesteps, confidence, versions, head } = result
  const intracranial = head?.intracranialMm3 ?? null
  const rows = groupsOf(result, side).flatMap((group) =>
    STRUCTURES.map((structure) => [
      id,
      group.side,
      resultId,
      versions.at(-1)!.version,
      model,
      timesteps,
      structure,
      group.volumesMm3[structure],
      confidence,
      intracranial,
      permilleOf(group.volumesMm3[structure], intracranial)
    ])
  )
  const heading =
    'case,side,result,version,model,timesteps,structure,volume_mm3,mean_probability_of_mask,intracranial_mm3,permille_of_intracranial'
  return `${[heading, ...rows.map((row) => row.map(cell).join(','))].join('\n')}\n`
}

function groupsOf(
  { volumesMm3, head }: Result,
  side: Subject['side']
): { side: string | null; volumesMm3: StructureVolumes }[] {
  if (head === null) return [{ side, volumesMm3 }]
  const sides = SIDES.flatMap((one) => {
    const own = head.volumesMm3[one]
    return own === null ? [] : [{ side: one, volumesMm3: own }]
  })
  return sides.length < 2 ? sides : [...sides, { side: 'both', volumesMm3 }]
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
