import { changeOf, type Change } from '../../../core/metrics/change'
import type { Segmented } from './collect'

/** How the hippocampi of a participant have changed from the first session to another. */
export interface SessionChange {
  participant: string
  /** What else the scans' names say, the same of both: `acq-mprage_run-1`, or nothing. */
  variant: string
  /** The `seg-<name>` of both. */
  result: string
  from: string
  to: string
  left: Change | null
  right: Change | null
}

/** Every later session of a participant against the first one, of scans that differ in their session alone. */
export function sessionChanges(segmented: readonly Segmented[]): SessionChange[] {
  const series = new Map<string, Segmented[]>()
  for (const one of segmented) {
    if (one.place.session === null || one.record.head === null) continue
    const key = [one.place.participant, one.place.result, variantOf(one)].join('/')
    series.set(key, [...(series.get(key) ?? []), one])
  }
  return [...series.values()].flatMap((visits) => {
    const [first, ...later] = visits.sort((a, b) => bySession(a.place.session!, b.place.session!))
    return later.map((visit) => changeBetween(first!, visit))
  })
}

function changeBetween(first: Segmented, visit: Segmented): SessionChange {
  const side = (name: 'left' | 'right'): Change | null => {
    const before = first.record.head!.volumesMm3[name]?.whole
    const after = visit.record.head!.volumesMm3[name]?.whole
    if (before === undefined || after === undefined) return null
    return changeOf(before, after, {
      before: first.record.head!.repeatabilityMm3?.[name] ?? null,
      after: visit.record.head!.repeatabilityMm3?.[name] ?? null
    })
  }
  return {
    participant: visit.place.participant,
    variant: variantOf(visit),
    result: visit.place.result,
    from: first.place.session!,
    to: visit.place.session!,
    left: side('left'),
    right: side('right')
  }
}

/** The entities but those of participant and session. */
function variantOf({ place: { entities } }: Segmented): string {
  return entities
    .split('_')
    .filter((entity) => !/^(sub|ses)-/.test(entity))
    .join('_')
}

/** `2` before `10`. */
function bySession(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true })
}
