import type { TrainingRun } from '../../../../../shared/api/training'
import { durationText } from '../../../ui/format'
import { problemWords } from './problem-words'

export interface Still {
  kind: 'problem' | 'warning'
  text: string
}

/** Why a run that is not over does not go on, and what to do; null where it goes on, waits or is done. */
export function standingStill(
  run: Pick<TrainingRun, 'state' | 'problem' | 'seconds' | 'fraction'>
): Still | null {
  const after = run.seconds > 0 ? ` after ${durationText(run.seconds)}` : ''
  const why = run.problem === null ? '' : ` ${problemWords(run.problem)}`
  if (run.state === 'paused') {
    return {
      kind: 'warning',
      text: `Paused${after}. It goes on from here when you resume it, also after a restart.`
    }
  }
  if (run.state === 'cancelled') {
    return {
      kind: 'warning',
      text: `Cancelled${after}. What it has learned is kept: resume it to go on, or remove it.`
    }
  }
  if (run.state === 'interrupted') {
    return {
      kind: 'problem',
      text: `Interrupted${after}.${why} Nothing is lost: resume it, and it goes on from its last checkpoint.`
    }
  }
  if (run.state === 'failed') {
    return {
      kind: 'problem',
      text: `Failed${after}.${why === '' ? ' The log, under About, may say why.' : why}`
    }
  }
  return null
}
