import type { AppJob } from '../../../../shared/api/jobs'
import { durationText } from '../../ui/format'
import { sentence, windowWords } from '../../ui/window-words'

/** What the host calls its stages, for people. Of the others its own message says more: which attempt, which side. */
const STAGES: Readonly<Record<string, string>> = {
  start: 'Starting the engine',
  runtime: 'Choosing a runtime',
  read: 'Reading the image',
  load: 'Reading cases to convert by',
  calibrate: 'Converting the ANN',
  compare: 'Comparing',
  spikes: 'Recording spikes',
  write: 'Writing the mask',
  check: 'Checking what was written'
}

/** What a job does now. */
export function stageText(job: AppJob): string {
  if (job.state === 'queued') return 'Waiting for the job before it'
  if (job.stage === null) return 'Starting the engine'
  return STAGES[job.stage] ?? sentence(job.message ?? job.stage)
}

/** Why a job failed, or broke off and what to do then; null where nothing is known. */
export function problemText(job: AppJob): string | null {
  if (job.problem === null) return null
  const why = windowWords(job.problem)
  if (job.state !== 'interrupted') return why
  const retry = job.request.kind === 'segment' ? 'Segment again to retry' : 'Start again to retry'
  return `Interrupted, nothing was written: ${why}. ${retry}`
}

/** Seconds that a job has run, at `now` in milliseconds or at its end; null before its start. */
export function secondsRun(job: AppJob, now: number): number | null {
  if (job.startedAt === null) return null
  const end = job.finishedAt === null ? now : Date.parse(job.finishedAt)
  return Math.max(0, (end - Date.parse(job.startedAt)) / 1000)
}

/** Time run and time left as far as they are known; of a job that takes longer than usual, what is usual. */
export function timeText(job: AppJob, now: number): string {
  const run = secondsRun(job, now)
  const { secondsLeft: left, usualSeconds: usual } = job
  const parts = [
    ...(run === null ? [] : [durationText(run)]),
    ...(left !== null ? [`about ${durationText(left)} left`] : []),
    ...(left === null && usual !== null ? [`usually ${durationText(usual)}`] : [])
  ]
  return parts.join(' · ')
}
