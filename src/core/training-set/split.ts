import type { Part } from '../../shared/training'
import { createRandom, shuffled } from '../training/random'

/** Cases that training needs at least. */
export const LEAST_TRAINING = 3
/** Share of the subjects that is put aside, once for validation and once for the test. */
const ASIDE = 0.2
/** Subjects from which on some are held out for a test: three to train, one to validate, one to test. */
const LEAST_FOR_TEST = 5

export interface SplitCase {
  id: string
  /** Cases of one subject are in one part. */
  subject: string
}

/**
 * Divides cases by subject: a fifth of the subjects for validation, a fifth for the held-out test, each at least one; below five subjects there
 * is no test, and one alone has no validation. Subjects with fewer cases are put aside first, so that most cases are trained on. The same cases
 * and seed give the same split, in whatever order the cases come.
 */
export function splitBySubject(cases: readonly SplitCase[], seed: number): Map<string, Part> {
  const bySubject = new Map<string, string[]>()
  for (const { id, subject } of [...cases].sort((a, b) => (a.id < b.id ? -1 : 1))) {
    bySubject.set(subject, [...(bySubject.get(subject) ?? []), id])
  }
  const sorted = [...bySubject].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, ids]) => ids)
  // Sorting keeps the drawn order among subjects with as many cases.
  const drawn = shuffled(sorted, createRandom(seed)).sort((a, b) => a.length - b.length)
  const share = Math.max(1, Math.round(drawn.length * ASIDE))
  const validation = drawn.length > 1 ? share : 0
  const test = drawn.length >= LEAST_FOR_TEST ? share : 0
  const parts = new Map<string, Part>()
  drawn.forEach((ids, n) => {
    const part = n < test ? 'test' : n < test + validation ? 'validation' : 'train'
    for (const id of ids) parts.set(id, part)
  })
  return parts
}
