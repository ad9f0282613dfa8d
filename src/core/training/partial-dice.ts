import { WHOLE_LABEL, type VerdictDice } from '../../shared/training'
import { diceScores } from '../metrics/overlap'
import { mean, meanOfKnown } from '../metrics/statistics'

/** Whether a reference knows only the whole hippocampus: {@link WHOLE_LABEL} in place of 1 and 2. */
export function isWholeOnly(labels: Uint8Array): boolean {
  return labels.includes(WHOLE_LABEL)
}

/** Dice of each structure of a crop; null for those that the reference does not tell apart. */
export function partialDice(prediction: Uint8Array, reference: Uint8Array): VerdictDice {
  const dice = diceScores(prediction, reference)
  return isWholeOnly(reference) ? { anterior: null, posterior: null, whole: dice.whole } : dice
}

/** The mean of each structure over the cases that know it; null where none does. */
export function averagedDice(cases: readonly VerdictDice[]): VerdictDice {
  return {
    anterior: meanOfKnown(cases.map(({ anterior }) => anterior)),
    posterior: meanOfKnown(cases.map(({ posterior }) => posterior)),
    whole: mean(cases.map(({ whole }) => whole))
  }
}

/** One number to choose by: the mean of what is known. */
export function overallDice({ anterior, posterior, whole }: VerdictDice): number {
  return meanOfKnown([anterior, posterior, whole]) ?? whole
}
