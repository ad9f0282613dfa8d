import type { EvaluateResult } from '../../../shared/jobs'
import type { RunCase, Verdict, VerdictDice, VerdictSet } from '../../../shared/training'
import { mean } from '../../../core/metrics/statistics'
import { wilcoxonSignedRank } from '../../../core/metrics/wilcoxon'
import type { EvaluationName } from '../../workspace/run-files'

/** More than this lost on the program's own cases is forgetting. */
const FORGOTTEN = 0.01

/** Fewer cases that changed than this cannot be told from chance at 5%, whatever they show. */
const LEAST_CHANGED = 6

/**
 * What training did, from the scores before and after.
 *
 * @param cases of the run
 * @param evaluation null for those that there are none of: of the held-out cases where nothing was held out
 */
export function verdictOf(
  cases: readonly Pick<RunCase, 'id' | 'mask'>[],
  evaluation: (name: EvaluationName) => EvaluateResult | null
): Verdict {
  const whole = new Set(cases.filter(({ mask }) => mask === 'whole').map(({ id }) => id))
  const site = setOf(evaluation('site-before'), evaluation('site-after'), whole)
  const reference = setOf(evaluation('reference-before'), evaluation('reference-after'), new Set())
  if (reference === null) throw new RangeError('a verdict needs the reference cases')
  return { site, reference, says: saysOf(site, reference) }
}

function saysOf(site: VerdictSet | null, reference: VerdictSet): Verdict['says'] {
  if (reference.before.whole - reference.after.whole > FORGOTTEN) return 'forgets'
  if (site === null) return 'untested'
  return site.after.whole > site.before.whole ? 'better' : 'no-better'
}

function setOf(
  before: EvaluateResult | null,
  after: EvaluateResult | null,
  whole: ReadonlySet<string>
): VerdictSet | null {
  if (before === null || after === null) return null
  const afterById = new Map(after.cases.map((scores) => [scores.id, scores]))
  const cases = before.cases.flatMap((scores) => {
    const { id } = scores
    const later = afterById.get(id)
    if (later === undefined) return []
    return [{ id, before: diceOf(scores, whole.has(id)), after: diceOf(later, whole.has(id)) }]
  })
  const { p, n } = wilcoxonSignedRank(cases.map((one) => one.after.whole - one.before.whole))
  return {
    cases,
    before: meanOf(cases.map((one) => one.before)),
    after: meanOf(cases.map((one) => one.after)),
    p: n < LEAST_CHANGED ? null : p
  }
}

function diceOf(scores: EvaluateResult['cases'][number], isWhole: boolean): VerdictDice {
  return {
    anterior: isWhole ? null : scores.diceAnterior,
    posterior: isWhole ? null : scores.dicePosterior,
    whole: scores.diceWhole
  }
}

function meanOf(all: readonly VerdictDice[]): VerdictDice {
  const part = (key: 'anterior' | 'posterior'): number | null => {
    const known = all.map((one) => one[key]).filter((value) => value !== null)
    return known.length > 0 ? mean(known) : null
  }
  return {
    anterior: part('anterior'),
    posterior: part('posterior'),
    whole: mean(all.map((one) => one.whole))
  }
}
