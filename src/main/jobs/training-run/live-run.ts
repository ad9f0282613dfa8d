import { hostname } from 'node:os'
import type { TrainingRun } from '../../../shared/api/training'
import { HippospikeError } from '../../../shared/errors'
import type { Verdict } from '../../../shared/training'
import { writeRunStatus, type RunStatus, type StoredRun } from '../../workspace/run-store'
import type { JobRun } from '../queue'
import type { Progression } from './progression'
import { isActive, nextRunState, type RunHappening } from './transitions'

/** How often at most a window hears of progress, and the disk of the time that was worked. */
const TELL_MS = 500
const KEEP_MS = 15_000

/** This process, as a run's state names it. */
export function thisProcess(): RunStatus['process'] {
  return { host: hostname(), pid: process.pid }
}

/** A run as windows see it, from what its folder has. */
export function storedView({ record, status, verdict }: StoredRun): TrainingRun {
  const { id, name, createdAt, plan, cases } = record
  const { state, fraction, problem, seconds, decision, modelId } = status
  return {
    ...{ id, name, createdAt, plan, cases },
    ...{ state, fraction, problem, seconds, decision, modelId, verdict },
    secondsLeft: null,
    message: null
  }
}

/** A run that waits for its turn or has it. */
export class LiveRun {
  /** Why its job is being stopped; null where that is nobody's wish but the queue's. */
  stopAs: 'pause' | 'cancel' | null = null
  jobId: string | null = null
  /** Resolves once nothing works on it any more. */
  readonly settled: Promise<void>
  private settle: () => void = () => undefined
  private timer: NodeJS.Timeout | undefined
  private message: string | null = null
  private progression: Progression | null = null
  private startedAt: number | null = null
  private secondsBefore: number
  private toldAt = -Infinity
  private writing: Promise<void> = Promise.resolve()
  /** As the disk has it: nobody is to act on a state that is not there yet. */
  private shown: StoredRun

  constructor(
    readonly root: string,
    private stored: StoredRun,
    private readonly onChange: (run: TrainingRun) => void,
    /** Milliseconds of a clock that only goes forward. */
    private readonly now: () => number = () => performance.now()
  ) {
    this.shown = stored
    this.secondsBefore = stored.status.seconds
    this.settled = new Promise((resolve) => {
      this.settle = resolve
    })
  }

  get record(): StoredRun['record'] {
    return this.stored.record
  }

  get status(): RunStatus {
    return this.stored.status
  }

  get state(): RunStatus['state'] {
    return this.stored.status.state
  }

  get baseline(): string {
    return this.stored.status.baseline
  }

  view(): TrainingRun {
    const { progression, shown } = this
    const isGoingOn = this.stopAs === null && isActive(shown.status.state)
    return {
      ...storedView(shown),
      fraction: this.fraction(),
      seconds: this.seconds(),
      secondsLeft: isGoingOn ? (progression?.secondsLeft ?? null) : null,
      message: this.message
    }
  }

  /** From now on its time counts as work. */
  begin(): void {
    this.startedAt = this.now()
  }

  /**
   * Something happens to the run: its new state is on the disk, and told, once this resolves.
   *
   * @throws HippospikeError (internal) where that cannot happen; (output) where it cannot be kept
   */
  async happen(happening: RunHappening, changes: Partial<RunStatus> = {}): Promise<void> {
    const state = nextRunState(this.state, happening)
    if (state === null) {
      throw new HippospikeError('internal', `a run that is ${this.state} cannot ${happening}`)
    }
    this.progression?.enter(state)
    this.message = null
    const status = { ...this.stored.status, problem: null, ...changes, state }
    this.stored = { ...this.stored, status }
    try {
      await this.keep()
    } finally {
      this.shown = this.stored
    }
    this.tell(true)
  }

  /** It has its verdict. */
  async finish(verdict: Verdict): Promise<void> {
    this.stored = { ...this.stored, verdict }
    await this.happen('finish', { fraction: 1 })
  }

  /** What the run is measured by from now on. */
  follow(progression: Progression): void {
    this.progression = progression
  }

  /** @param share of the stage that it is in; null where that is not known */
  advance(share: number | null, message: string, job: JobRun): void {
    if (share !== null) this.progression?.advance(share)
    if (this.stopAs === null) this.message = message
    const fraction = this.progression === null ? null : this.fraction()
    job.onProgress({ stage: this.state, fraction, message }, this.progression?.secondsLeft ?? null)
    this.tell(false)
  }

  /** Has the time that was worked, and that somebody is at work, on the disk as time goes by. */
  keepTime(onProblem: (thrown: unknown) => void): void {
    this.timer ??= setInterval(() => {
      this.keep().catch(onProblem)
    }, KEEP_MS).unref()
  }

  /** Somebody wants it to stop. */
  stop(how: 'pause' | 'cancel'): void {
    this.stopAs = how
    this.message = how === 'pause' ? 'pausing' : 'cancelling'
    this.tell(true)
  }

  /** Nothing works on it any more. */
  end(): void {
    clearInterval(this.timer)
    this.settle()
  }

  private fraction(): number {
    // It never seems to go back, whatever a stage is now expected to take.
    return Math.max(this.stored.status.fraction, this.progression?.fraction ?? 0)
  }

  private seconds(): number {
    const worked = this.startedAt === null ? 0 : (this.now() - this.startedAt) / 1000
    return this.secondsBefore + worked
  }

  /** One writing after the other. */
  private keep(): Promise<void> {
    const status: RunStatus = {
      ...this.stored.status,
      fraction: this.fraction(),
      seconds: this.seconds(),
      process: thisProcess(),
      updatedAt: new Date().toISOString()
    }
    this.stored = { ...this.stored, status }
    const write = this.writing
      .catch(() => undefined)
      .then(() => writeRunStatus(this.root, this.record.id, this.stored.status))
    this.writing = write
    return write
  }

  private tell(always: boolean): void {
    const now = this.now()
    if (!always && now - this.toldAt < TELL_MS) return
    this.toldAt = now
    this.onChange(this.view())
  }
}
