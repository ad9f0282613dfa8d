import type { RunState } from '../../../shared/training'

/** What can happen to a training run. */
export type RunHappening =
  | 'start'
  | 'train'
  | 'convert'
  | 'tune'
  | 'evaluate'
  | 'finish'
  | 'pause'
  | 'cancel'
  | 'fail'
  | 'lose'
  | 'resume'

type Ways = Partial<Record<RunHappening, RunState>>

/** However far a run is, it can be stopped; `lose` is the engine, or the whole program, ending under it. */
const STOPS: Ways = {
  pause: 'paused',
  cancel: 'cancelled',
  fail: 'failed',
  lose: 'interrupted'
}

const RESUME: Ways = { resume: 'queued' }

/** The state that each happening leads to; what is not here cannot happen. From `preparing` a resumed run goes on where it was. */
const TRANSITIONS: Readonly<Record<RunState, Ways>> = {
  queued: { start: 'preparing', ...STOPS },
  preparing: {
    train: 'ann',
    convert: 'converting',
    tune: 'fine-tuning',
    evaluate: 'evaluating',
    ...STOPS
  },
  ann: { convert: 'converting', ...STOPS },
  converting: { tune: 'fine-tuning', ...STOPS },
  'fine-tuning': { evaluate: 'evaluating', ...STOPS },
  evaluating: { finish: 'done', ...STOPS },
  done: {},
  paused: { cancel: 'cancelled', ...RESUME },
  failed: RESUME,
  cancelled: RESUME,
  interrupted: { cancel: 'cancelled', ...RESUME }
}

/** The state that follows; null where that cannot happen in this state. */
export function nextRunState(state: RunState, happening: RunHappening): RunState | null {
  return TRANSITIONS[state][happening] ?? null
}

/** Whether a run waits for its turn or has it: something must be there that works for it. */
export function isActive(state: RunState): boolean {
  return 'lose' in TRANSITIONS[state]
}

export function canResume(state: RunState): boolean {
  return 'resume' in TRANSITIONS[state]
}
