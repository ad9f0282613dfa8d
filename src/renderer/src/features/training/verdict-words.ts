import type { Verdict, VerdictSet } from '../../../../shared/training'

/** A verdict for people: what it says, what that means, what to do. */
export interface VerdictWords {
  tone: 'good' | 'neutral' | 'bad'
  title: string
  meaning: string
  advice: string
}

/** A Dice with three digits. */
export function diceText(value: number | null): string {
  return value === null ? '–' : value.toFixed(3)
}

/** A change of Dice with its sign: `+0.012`, `−0.004`; `±0.000` where none is left after rounding. */
export function changeText(change: number | null): string {
  if (change === null) return '–'
  const size = Math.abs(change).toFixed(3)
  if (Number(size) === 0) return '±0.000'
  return `${change > 0 ? '+' : '−'}${size}`
}

/** How much of the overlap changed, by the means. */
export function changeOf({ before, after }: Pick<VerdictSet, 'before' | 'after'>): number {
  return after.whole - before.whole
}

/** What chance has to do with it; null where too few cases changed to tell. */
export function chanceText(p: number | null): string {
  if (p === null) return 'Too few cases to tell this from chance'
  const value = p < 0.001 ? '< 0.001' : `= ${p.toFixed(3)}`
  return p < 0.05 ? `Unlikely to be chance (p ${value})` : `May be chance (p ${value})`
}

export function verdictWords({ says, site, reference }: Verdict): VerdictWords {
  const own = site === null ? null : changeOf(site)
  const cases = site?.cases.length ?? 0
  const held =
    cases === 1 ? 'your one held-out hippocampus' : `your ${String(cases)} held-out hippocampi`
  const shipped = `On the reference cases that come with the program it changed by ${changeText(changeOf(reference))}.`
  const moved =
    site === null ? '' : `${diceText(site.before.whole)} to ${diceText(site.after.whole)}`
  const fallen = site === null ? '' : fallenParts(site)
  if (says === 'better' && fallen !== '') {
    return {
      tone: 'neutral',
      title: 'Better as a whole, but not in its parts',
      meaning: `The overlap of the whole rose from ${moved} on ${held}, which it did not learn from, but ${fallen}. ${doubt(site)}${shipped}`,
      advice:
        'Look at some masks before you accept it: it may divide the hippocampus elsewhere than you do. More approved cases may help.'
    }
  }
  if (says === 'better') {
    return {
      tone: 'good',
      title: 'Better on your cases',
      meaning: `The overlap with your masks rose from ${moved} on ${held}, which it did not learn from. ${doubt(site)}${shipped}`,
      advice:
        'Accept it: new cases of this workspace are then segmented with it. You can go back at any time.'
    }
  }
  if (says === 'forgets') {
    return {
      tone: 'bad',
      title: own !== null && own > 0 ? 'Better on your cases, but it forgets' : 'It forgets',
      meaning: `${site === null ? '' : `On ${held} the overlap went from ${moved}. `}On the reference cases that come with the program it lost ${diceText(-changeOf(reference))}: it does worse on scans unlike yours.`,
      advice:
        own !== null && own > 0
          ? 'Accept it only if you segment scans of this one kind. Else discard it, and train again with a preset that takes fewer rounds.'
          : 'Discard it. Train again with a preset that takes fewer rounds, or look for mistakes in the masks.'
    }
  }
  if (says === 'no-better') {
    return {
      tone: 'neutral',
      title: 'No better on your cases',
      meaning: `On ${held} the overlap went from ${moved}. ${shipped}`,
      advice:
        'Discard it: the network that you have does as well. More approved cases, or a longer preset, may help.'
    }
  }
  return {
    tone: 'neutral',
    title: 'Not tested on your cases',
    meaning: `No case was held out, so nobody can say whether it got better on your scans. ${shipped}`,
    advice:
      'Approve the masks of more subjects and train again, or try it on a case whose mask you know before you accept it.'
  }
}

/** A part that lost as much is worth a word, though the whole gained. */
const WORTH_A_WORD = 0.005

/** The parts that got worse: `the anterior part lost 0.019 and the posterior part 0.018`; nothing where none did. */
function fallenParts({ before, after }: VerdictSet): string {
  const lost = (['anterior', 'posterior'] as const).flatMap((part) => {
    const [from, to] = [before[part], after[part]]
    const loss = from === null || to === null ? 0 : from - to
    return loss < WORTH_A_WORD ? [] : [{ part, text: diceText(loss) }]
  })
  return lost
    .map(({ part, text }, n) => `the ${part} part ${n === 0 ? 'lost ' : ''}${text}`)
    .join(' and ')
}

/** A word of caution where a gain may be chance; nothing where that is unlikely. */
function doubt(site: VerdictSet | null): string {
  if (site === null || (site.p !== null && site.p < 0.05)) return ''
  return `${chanceText(site.p)}. `
}

export interface CaseChange {
  id: string
  before: number
  after: number
  change: number
}

/** The cases by their change of whole Dice, the largest gain first. */
export function caseChanges({ cases }: Pick<VerdictSet, 'cases'>): CaseChange[] {
  return cases
    .map(({ id, before, after }) => ({
      id,
      before: before.whole,
      after: after.whole,
      change: after.whole - before.whole
    }))
    .sort((a, b) => b.change - a.change || a.id.localeCompare(b.id))
}

/**
 * A range for an axis that has all values in it, with round ends a step of 0.05 or 0.1 apart from its ticks.
 *
 * @returns ends and ticks, rising, within 0 and 1
 */
export function diceAxis(values: readonly number[]): {
  low: number
  high: number
  ticks: number[]
} {
  const finite = values.filter(Number.isFinite)
  const [least, most] = finite.length === 0 ? [0, 1] : [Math.min(...finite), Math.max(...finite)]
  const step = [0.01, 0.02, 0.05, 0.1, 0.2].find((one) => (most - least) / one <= 4) ?? 0.25
  const low = Math.max(0, Math.floor(least / step + 1e-9) * step)
  const top = Math.min(1, Math.ceil(most / step - 1e-9) * step)
  const high = top > low ? top : Math.min(1, low + step)
  const from = high > low ? low : high - step
  const count = Math.round((high - from) / step)
  return { low: from, high, ticks: Array.from({ length: count + 1 }, (_, n) => from + n * step) }
}
