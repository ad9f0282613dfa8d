import type { AppJob } from '../../../../shared/api/jobs'
import type { TrainingRun } from '../../../../shared/api/training'
import type { RunState } from '../../../../shared/training'

/** Runs and their states in the window's words. */

const STATE_NAMES: Readonly<Record<RunState, string>> = {
  queued: 'Waiting',
  preparing: 'Preparing',
  ann: 'Training the ordinary network',
  converting: 'Converting',
  'fine-tuning': 'Fine-tuning',
  evaluating: 'Testing',
  done: 'Done',
  paused: 'Paused',
  failed: 'Failed',
  cancelled: 'Cancelled',
  interrupted: 'Interrupted'
}

export function stateName(state: RunState): string {
  return STATE_NAMES[state]
}

const WORKING: readonly RunState[] = ['preparing', 'ann', 'converting', 'fine-tuning', 'evaluating']

/** Whether the engine works on it now. */
export function isWorking({ state }: Pick<TrainingRun, 'state'>): boolean {
  return WORKING.includes(state)
}

/** Whether it works or waits for its turn. */
export function isActive(run: Pick<TrainingRun, 'state'>): boolean {
  return run.state === 'queued' || isWorking(run)
}

export type RunAction = 'pause' | 'cancel' | 'resume' | 'accept' | 'discard'

/** What a person can ask of a run now. */
export function actionsOf(run: Pick<TrainingRun, 'state' | 'decision'>): RunAction[] {
  if (run.state === 'queued') return ['cancel']
  if (isWorking(run)) return ['pause', 'cancel']
  if (run.state === 'paused') return ['resume', 'cancel']
  if (run.state === 'done') return run.decision === 'open' ? ['accept', 'discard'] : []
  return ['resume']
}

export interface Step {
  state: RunState
  label: string
  /** What happens in it, for a tooltip. */
  about: string
  progress: 'done' | 'now' | 'ahead'
}

const ABOUT: Readonly<Partial<Record<RunState, string>>> = {
  preparing: 'Cuts the hippocampi out of the images and checks the masks',
  ann: 'An ordinary network learns from your cases, which gives the spiking one its start',
  converting: 'The ordinary network becomes one that works with spikes',
  'fine-tuning': 'The spiking network learns from your cases',
  evaluating: 'Before and after are compared on cases that it did not learn from'
}

const FINE_TUNE: readonly RunState[] = ['preparing', 'fine-tuning', 'evaluating']
const SCHEME: readonly RunState[] = ['preparing', 'ann', 'converting', 'fine-tuning', 'evaluating']
const STEP_NAMES: Readonly<Partial<Record<RunState, string>>> = { ann: 'Ordinary network' }

/**
 * The steps of a run in their order.
 *
 * @param reached the last step that the window has seen it in, for a run that stands still
 */
export function stepsOf(
  run: Pick<TrainingRun, 'state' | 'plan'>,
  reached: RunState | null = null
): Step[] {
  const states = run.plan.kind === 'scheme' ? SCHEME : FINE_TUNE
  const now = WORKING.includes(run.state) ? run.state : reached
  const at = run.state === 'done' ? states.length : now === null ? -1 : states.indexOf(now)
  return states.map((state, n) => ({
    state,
    label: STEP_NAMES[state] ?? stateName(state),
    about: ABOUT[state] ?? '',
    progress: n < at ? 'done' : n === at ? 'now' : 'ahead'
  }))
}

/**
 * What a waiting run waits for.
 *
 * @param running the job that has the engine now
 * @param runs all runs, to name the one that is before it
 */
export function waitsFor(
  run: Pick<TrainingRun, 'id'>,
  running: AppJob | null,
  runs: readonly Pick<TrainingRun, 'id' | 'name' | 'state'>[]
): string {
  const other = runs.find((one) => one.id !== run.id && isWorking(one))
  if (other !== undefined) return `Waits until “${other.name}” is done`
  if (running !== null && 'caseId' in running.request) {
    return `Waits until ${running.request.caseId} is done`
  }
  return 'Waits for its turn'
}

/** What a run does, in a line. */
export function kindName(plan: TrainingRun['plan']): string {
  return plan.kind === 'fine-tune' ? 'Fine-tuning' : 'Whole scheme'
}

/** Cases of each part, as `5 to train on · 1 to check on · 2 held out`. */
export function partsText(counts: { train: number; validation: number; test: number }): string {
  return [
    `${String(counts.train)} to learn from`,
    `${String(counts.validation)} to check on`,
    `${String(counts.test)} held out`
  ].join(' · ')
}
