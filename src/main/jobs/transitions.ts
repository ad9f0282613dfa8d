import type { JobState } from '../../shared/api/jobs'

/** What can happen to a job. */
export type JobHappening = 'start' | 'succeed' | 'fail' | 'cancel' | 'lose-engine'

/** The state that each happening leads to; what is not here cannot happen. */
const TRANSITIONS: Readonly<Record<JobState, Partial<Record<JobHappening, JobState>>>> = {
  queued: { start: 'running', cancel: 'cancelled' },
  running: { succeed: 'done', fail: 'failed', cancel: 'cancelled', 'lose-engine': 'interrupted' },
  done: {},
  failed: {},
  cancelled: {},
  interrupted: {}
}

/** The state that follows; null where that cannot happen in this state. */
export function nextState(state: JobState, happening: JobHappening): JobState | null {
  return TRANSITIONS[state][happening] ?? null
}

/** Whether nothing more can happen to a job. */
export function isOver(state: JobState): boolean {
  return Object.keys(TRANSITIONS[state]).length === 0
}
