import { randomUUID } from 'node:crypto'
import type { AppJob, AppJobRequest } from '../../shared/api/jobs'
import type { Progress } from '../../shared/engine-protocol'
import { HippospikeError, toHippospikeError } from '../../shared/errors'
import { NotLocatedError } from '../../shared/not-located'
import { MissingError } from '../workspace/missing'
import { EngineDiedError } from './engine-exit'
import { PaceBook } from './pace-book'
import { StageClock } from './stage-clock'
import { isOver, nextState, type JobHappening } from './transitions'

/** What a running job has of the queue. */
export interface JobRun {
  signal: AbortSignal
  /** @param secondsLeft of the whole job, where it knows better than the pace of its stage tells */
  onProgress(progress: Progress, secondsLeft?: number | null): void
  /** Whether it is stopped because the program ends, and nobody has cancelled it. */
  isClosing(): boolean
}

/** One thing to do: made ready when it was asked for, done when its turn comes. */
export interface Task {
  request: AppJobRequest
  /** Jobs of one key take about the same time; null for one that tells its own time left. */
  paceKey: string | null
  /** @returns id of the result that it made */
  run(run: JobRun): Promise<string | null>
  /** It was cancelled, or the program ends, before its turn came. */
  onDropped?(closing: boolean): Promise<void>
}

interface Entry {
  job: AppJob
  task: Task
  abort: AbortController
  clock: StageClock
  /** The end that the task itself has told, in milliseconds of the clock; undefined where it leaves that to its pace. */
  toldEndMs?: number | null | undefined
}

/** Finished jobs that are still listed. */
const KEPT = 50
/** How often a running job's time left is told anew. */
const TICK_MS = 1000
/** Before the engine says anything. */
const FIRST_STAGE = 'start'

/** Jobs, one running at a time, in the order that they were asked for. */
export class JobQueue {
  private entries: Entry[] = []
  private readonly listeners = new Set<(job: AppJob) => void>()
  private running: Entry | null = null
  private readonly drops = new Set<Promise<void>>()
  private closing = false

  /** @param paces what jobs took before */
  constructor(
    private readonly paces = new PaceBook(),
    private readonly now: () => number = () => performance.now()
  ) {}

  list(): AppJob[] {
    return this.entries.map(({ job }) => job)
  }

  /** @returns how to stop listening */
  subscribe(listener: (job: AppJob) => void): () => void {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  add(task: Task): AppJob {
    const entry: Entry = {
      task,
      abort: new AbortController(),
      clock: new StageClock(FIRST_STAGE, null, this.now),
      job: {
        id: randomUUID(),
        request: task.request,
        state: 'queued',
        stage: null,
        message: null,
        fraction: null,
        secondsLeft: null,
        usualSeconds: null,
        startedAt: null,
        finishedAt: null,
        problem: null,
        guess: null,
        resultId: null
      }
    }
    this.entries.push(entry)
    this.tell(entry)
    this.startNext()
    return entry.job
  }

  /**
   * Cancels a job. One that runs is over once its engine has stopped.
   *
   * @throws MissingError where there is no such job; HippospikeError (usage) where it is over
   */
  cancel(id: string): AppJob {
    const entry = this.entries.find(({ job }) => job.id === id)
    if (entry === undefined) throw new MissingError(`there is no job ${id}`)
    if (isOver(entry.job.state)) {
      throw new HippospikeError('usage', `the job is over already: it is ${entry.job.state}`)
    }
    entry.abort.abort()
    if (entry.job.state === 'queued') {
      this.happen(entry, 'cancel', {})
      this.drop(entry)
    } else this.change(entry, { message: 'stopping', secondsLeft: null })
    return entry.job
  }

  /** Cancels whatever is not over, and waits for it: the engine does not outlive its host. */
  async close(): Promise<void> {
    this.closing = true
    for (const { job } of this.entries) if (!isOver(job.state)) this.cancel(job.id)
    while (this.running !== null) await new Promise((resolve) => setTimeout(resolve, 20))
    await Promise.all(this.drops)
  }

  private drop({ task }: Entry): void {
    const dropped = task.onDropped?.(this.closing).catch(() => undefined)
    if (dropped === undefined) return
    this.drops.add(dropped)
    void dropped.finally(() => this.drops.delete(dropped))
  }

  private startNext(): void {
    if (this.running !== null) return
    const entry = this.entries.find(({ job }) => job.state === 'queued')
    if (entry === undefined) return
    this.running = entry
    void this.run(entry)
  }

  private async run(entry: Entry): Promise<void> {
    const { task, abort } = entry
    const usual = task.paceKey === null ? null : this.paces.usual(task.paceKey)
    entry.clock = new StageClock(FIRST_STAGE, usual, this.now)
    const { usualSeconds } = entry.clock
    this.happen(entry, 'start', {
      stage: FIRST_STAGE,
      message: 'starting the engine',
      secondsLeft: entry.clock.secondsLeft(),
      usualSeconds
    })
    const tick = setInterval(() => {
      this.change(entry, { secondsLeft: this.timeLeft(entry) })
    }, TICK_MS)
    try {
      const resultId = await task.run({
        signal: abort.signal,
        onProgress: (progress, secondsLeft) => {
          if (secondsLeft !== undefined) {
            entry.toldEndMs = secondsLeft === null ? null : this.now() + secondsLeft * 1000
          }
          this.progress(entry, progress)
        },
        isClosing: () => this.closing
      })
      if (task.paceKey !== null) void this.paces.remember(task.paceKey, entry.clock.seconds())
      this.happen(entry, 'succeed', { resultId, fraction: 1 })
    } catch (thrown) {
      this.fail(entry, thrown)
    } finally {
      clearInterval(tick)
      this.running = null
      this.forgetOld()
      this.startNext()
    }
  }

  private fail(entry: Entry, thrown: unknown): void {
    const { kind, message } = toHippospikeError(thrown)
    if (kind === 'cancelled') this.happen(entry, 'cancel', {})
    else if (thrown instanceof EngineDiedError) {
      this.happen(entry, 'lose-engine', { problem: message })
    } else {
      const guess = thrown instanceof NotLocatedError ? [...thrown.guess] : null
      this.happen(entry, 'fail', { problem: message, guess })
    }
  }

  private progress(entry: Entry, { stage, fraction, message }: Progress): void {
    if (isOver(entry.job.state) || entry.abort.signal.aborted) return
    entry.clock.tell(stage, fraction)
    this.change(entry, { stage, fraction, message })
    this.change(entry, { secondsLeft: this.timeLeft(entry) })
  }

  private timeLeft(entry: Entry): number | null {
    if (entry.abort.signal.aborted) return null
    const { toldEndMs } = entry
    if (toldEndMs !== undefined) {
      return toldEndMs === null ? null : Math.max(0, toldEndMs - this.now()) / 1000
    }
    return entry.clock.secondsLeft()
  }

  private happen(entry: Entry, happening: JobHappening, changes: Partial<AppJob>): void {
    const state = nextState(entry.job.state, happening)
    if (state === null) {
      throw new HippospikeError('internal', `a job that is ${entry.job.state} cannot ${happening}`)
    }
    const time = new Date().toISOString()
    const times = happening === 'start' ? { startedAt: time } : { finishedAt: time }
    this.change(entry, { state, secondsLeft: null, ...times, ...changes })
  }

  private change(entry: Entry, changes: Partial<AppJob>): void {
    const before = JSON.stringify(entry.job)
    entry.job = { ...entry.job, ...changes }
    if (JSON.stringify(entry.job) !== before) this.tell(entry)
  }

  private tell({ job }: Entry): void {
    for (const listener of [...this.listeners]) listener(job)
  }

  private forgetOld(): void {
    const over = this.entries.filter(({ job }) => isOver(job.state))
    const forgotten = new Set(over.slice(0, -KEPT))
    this.entries = this.entries.filter((entry) => !forgotten.has(entry))
  }
}
