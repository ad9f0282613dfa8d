import { describe, expect, it } from 'vitest'
import { splitBySubject, type SplitCase } from '../../../../src/core/training-set/split'

function cases(count: number, scans = 1): SplitCase[] {
  return Array.from({ length: count * scans }, (_, n) => ({
    id: `c${String(n).padStart(3, '0')}`,
    subject: `s${n % count}`
  }))
}

function counts(all: readonly SplitCase[], seed = 1): [number, number, number] {
  const parts = [...splitBySubject(all, seed).values()]
  return (['train', 'validation', 'test'] as const).map(
    (part) => parts.filter((one) => one === part).length
  ) as [number, number, number]
}

describe('splitting by subject', () => {
  it.each([
    [1, [1, 0, 0]],
    [2, [1, 1, 0]],
    [4, [3, 1, 0]],
    [5, [3, 1, 1]],
    [10, [6, 2, 2]],
    [26, [16, 5, 5]]
  ])('gives %i subjects their parts', (count, expected) => {
    expect(counts(cases(count))).toEqual(expected)
  })

  it('is the same for the same seed, whatever the order, and another for another', () => {
    const all = cases(20)
    const once = splitBySubject(all, 7)
    expect(splitBySubject([...all].reverse(), 7)).toEqual(once)
    expect(splitBySubject(all, 8)).not.toEqual(once)
  })

  it.each([1, 2, 3, 4, 5])('keeps all scans of a subject together (seed %i)', (seed) => {
    const all = cases(8, 3)
    const parts = splitBySubject(all, seed)
    for (const { id, subject } of all) {
      const together = all.filter((one) => one.subject === subject).map((one) => parts.get(one.id))
      expect(new Set(together)).toEqual(new Set([parts.get(id)]))
    }
    expect(counts(all, seed)).toEqual([12, 6, 6])
  })

  it('trains on the subject with the most scans', () => {
    const all = [
      ...cases(4),
      ...Array.from({ length: 6 }, (_, n) => ({ id: `m${n}`, subject: 'm' }))
    ]
    for (let seed = 0; seed < 20; seed++) {
      expect(splitBySubject(all, seed).get('m0')).toBe('train')
    }
  })
})
