import { describe, expect, it } from 'vitest'
import { verdictOf } from '../../../../../src/main/jobs/training-run/verdict'
import type { EvaluationName } from '../../../../../src/main/workspace/run-files'
import type { EvaluateResult } from '../../../../../src/shared/jobs'

/** Whole Dice by case; the anterior part's is 0.1 less, the posterior part's 0.2. */
function evaluation(whole: Record<string, number>): EvaluateResult {
  return {
    cases: Object.entries(whole).map(([id, dice]) => ({
      ...{ id, diceWhole: dice, diceAnterior: dice - 0.1, dicePosterior: dice - 0.2 },
      ...{ hd95Anterior: null, hd95Posterior: null, hd95Whole: null, seconds: 1 }
    }))
  } as unknown as EvaluateResult
}

const reference = {
  'reference-before': evaluation({ r1: 0.9, r2: 0.88 }),
  'reference-after': evaluation({ r1: 0.895, r2: 0.88 })
}

function verdict(
  of: Partial<Record<EvaluationName, EvaluateResult>>,
  cases: Parameters<typeof verdictOf>[0] = []
) {
  const all: Partial<Record<EvaluationName, EvaluateResult>> = { ...reference, ...of }
  return verdictOf(cases, (name) => all[name] ?? null)
}

const site = (before: number[], after: number[]) => {
  const named = (values: number[]) =>
    evaluation(Object.fromEntries(values.map((value, n) => [`s${n}`, value])))
  return { 'site-before': named(before), 'site-after': named(after) }
}

describe('a verdict', () => {
  it('holds each case before and after, and their means', () => {
    const { site: own, says } = verdict(site([0.5, 0.7], [0.6, 0.9]))
    expect(says).toBe('better')
    expect(own!.cases[1]).toEqual({
      id: 's1',
      before: {
        anterior: expect.closeTo(0.6, 9) as number,
        posterior: expect.closeTo(0.5, 9) as number,
        whole: 0.7
      },
      after: {
        anterior: expect.closeTo(0.8, 9) as number,
        posterior: expect.closeTo(0.7, 9) as number,
        whole: 0.9
      }
    })
    expect(own!.before.whole).toBeCloseTo(0.6, 9)
    expect(own!.after.whole).toBeCloseTo(0.75, 9)
  })

  it.each([
    [[0.5], [0.6], 'better'],
    [[0.5], [0.5], 'no-better'],
    [[0.5], [0.4], 'no-better']
  ] as [number[], number[], string][])(
    'of held-out cases from %j to %j is %s',
    (before, after, says) => {
      expect(verdict(site(before, after)).says).toBe(says)
    }
  )

  it('is of what was forgotten where more than 0.01 is lost on the reference, however good else', () => {
    const lost = (whole: number) => ({
      ...site([0.5], [0.9]),
      'reference-before': evaluation({ r1: 0.9 }),
      'reference-after': evaluation({ r1: whole })
    })
    expect(verdict(lost(0.889)).says).toBe('forgets')
    expect(verdict(lost(0.891)).says).toBe('better')
  })

  it('says that nothing was tested where no case was held out', () => {
    expect(verdict({})).toMatchObject({ says: 'untested', site: null })
  })

  it('tests the pairs from six cases on that changed', () => {
    const rise = (n: number) => Array.from({ length: n }, (_, i) => 0.61 + 0.01 * i)
    const flat = (n: number) => Array.from({ length: n }, () => 0.6)
    expect(verdict(site(flat(5), rise(5))).site!.p).toBeNull()
    // All six rose: 2 of 2^6 signs are as extreme.
    expect(verdict(site(flat(6), rise(6))).site!.p).toBeCloseTo(2 / 64, 12)
    expect(verdict(site([...flat(5), 0.6], [...rise(5), 0.6])).site!.p).toBeNull()
  })

  it('knows no parts of a mask that knows the whole alone', () => {
    const { site: own } = verdict(site([0.5, 0.7], [0.6, 0.9]), [
      { id: 's0', mask: 'whole' },
      { id: 's1', mask: 'parts' }
    ])
    expect(own!.cases[0]!.after).toEqual({ anterior: null, posterior: null, whole: 0.6 })
    expect(own!.after.anterior).toBeCloseTo(0.8, 9)
    expect(own!.after.whole).toBeCloseTo(0.75, 9)
  })
})
