import type { NewRunRequest, Preflight, TrainingRun } from '../../../shared/api/training'
import { HippospikeError, toHippospikeError } from '../../../shared/errors'
import type { TrainingPlan } from '../../../shared/training'
import { setDefaultModel } from '../../workspace/default-model'
import { runFiles } from '../../workspace/run-files'
import { listRuns, readRun, writeRunStatus, type StoredRun } from '../../workspace/run-store'
import { trashPaths } from '../../workspace/trash'
import { runJob } from '../engine-client'
import { EngineDiedError } from '../engine-exit'
import type { JobQueue, JobRun } from '../queue'
import { shippedModels, type RunJob } from '../segment-case'
import { trainingSetEngine } from '../training-set'
import { asInterrupted, ENDED, isAbandoned } from './abandoned'
import type { EngineCall } from './engine-call'
import { LiveRun, storedView, thisProcess } from './live-run'
import { makeRun } from './new-run'
import type { KnownMeasures } from './pace'
import { preflight } from './preflight'
import { keepSiteModel } from './site-model'
import { isActive, nextRunState, type RunHappening } from './transitions'
import { work } from './work'

export { curvesOf } from './curves'
export { previewFile, previewsOf } from './previews'

/** What training runs work with. */
export interface TrainingRunsPlace {
  jobs: JobQueue
  /** Folder of what comes with the program. */
  resources: string
  /** Hears each change of a run in the workspace in this folder. */
  onChange: (root: string, run: TrainingRun) => void
  run?: RunJob
  log?: ((line: string) => void) | undefined
}

/** The training runs of workspaces: what is asked of them, and the work on those whose turn it is. */
export class TrainingRuns {
  private readonly live = new Map<string, LiveRun>()
  private readonly deciding = new Set<string>()
  /** How runs ended whose folders could not be written, on a full disk say: known for as long as the program runs. */
  private readonly unwritten = new Map<string, StoredRun['status']>()
  private readonly measures: KnownMeasures = new Map()
  private readonly run: RunJob

  constructor(private readonly place: TrainingRunsPlace) {
    this.run = place.run ?? runJob
  }

  /** The newest first. */
  async list(root: string): Promise<TrainingRun[]> {
    const stored = await listRuns(root, (id, problem) => {
      this.place.log?.(`run ${id} is not listed: ${toHippospikeError(problem).message}`)
    })
    return Promise.all(stored.map((one) => this.viewOf(root, one)))
  }

  /** @throws MissingError */
  async get(root: string, id: string): Promise<TrainingRun> {
    return this.viewOf(root, await readRun(root, id))
  }

  /** What a plan would take. */
  async preflight(
    root: string,
    plan: TrainingPlan,
    caseIds: readonly string[],
    signal?: AbortSignal
  ): Promise<Preflight> {
    const busy = this.place.jobs.list().some(({ state }) => state === 'running')
    const call = this.engine(signal)
    const engine = trainingSetEngine(this.run, signal === undefined ? {} : { signal })
    const { resources } = this.place
    return preflight({ root, resources, call, engine, known: this.measures, busy }, plan, caseIds)
  }

  /** Makes a run and queues it. */
  async create(root: string, request: NewRunRequest): Promise<TrainingRun> {
    const engine = trainingSetEngine(this.run)
    const stored = await makeRun(root, this.place.resources, request, engine)
    return this.enqueue(root, stored).view()
  }

  /**
   * Stops a run so that it can be resumed.
   *
   * @returns the run once it has stopped
   */
  pause(root: string, id: string): Promise<TrainingRun> {
    return this.stop(root, id, 'pause')
  }

  /** Stops a run for good, unless it is resumed after all. */
  cancel(root: string, id: string): Promise<TrainingRun> {
    return this.stop(root, id, 'cancel')
  }

  async resume(root: string, id: string): Promise<TrainingRun> {
    const stored = await this.recovered(root, await readRun(root, id))
    if (this.live.has(keyOf(root, id))) throw wrongState(stored, 'resume')
    assertCan(stored, 'resume')
    const status = { ...stored.status, state: 'queued' as const, problem: null }
    const next = { ...stored, status: { ...status, process: thisProcess() } }
    // In the list of those at work before anything is awaited: it is resumed once, however often it is asked for.
    const live = this.announce(root, next)
    await writeRunStatus(root, id, next.status).catch((thrown: unknown) => {
      this.forget(live)
      throw thrown
    })
    this.queue(live)
    return live.view()
  }

  /** Makes a run's model one of the workspace's, and its default. */
  accept(root: string, id: string): Promise<TrainingRun> {
    return this.decide(root, id, async (stored) => {
      const { record, verdict } = stored
      if (verdict === null || stored.status.decision === 'accepted') {
        throw wrongState(stored, 'accept')
      }
      const shipped = shippedModels(this.place.resources)
      const { snn } = runFiles(root, id)
      const modelId = await keepSiteModel(root, shipped, record, verdict, snn)
      await setDefaultModel(shipped, root, modelId)
      return { decision: 'accepted', modelId }
    })
  }

  /** Leaves a run's model with the run. */
  discard(root: string, id: string): Promise<TrainingRun> {
    return this.decide(root, id, (stored) => {
      if (stored.status.decision === 'accepted') throw wrongState(stored, 'discard')
      return Promise.resolve({ decision: 'discarded' })
    })
  }

  /** Moves a run to the trash. @returns the entry's id */
  async remove(root: string, id: string): Promise<string> {
    const stored = await this.recovered(root, await readRun(root, id))
    if (isActive(stored.status.state)) throw wrongState(stored, 'remove')
    return trashPaths(root, [runFiles(root, id).folder])
  }

  private async decide(
    root: string,
    id: string,
    change: (stored: StoredRun) => Promise<Partial<StoredRun['status']>>
  ): Promise<TrainingRun> {
    const key = keyOf(root, id)
    const stored = await readRun(root, id)
    if (stored.status.state !== 'done' || this.deciding.has(key)) {
      throw wrongState(stored, 'decide on')
    }
    this.deciding.add(key)
    try {
      const status = { ...stored.status, ...(await change(stored)) }
      await writeRunStatus(root, id, status)
      const view = storedView({ ...stored, status })
      this.place.onChange(root, view)
      return view
    } finally {
      this.deciding.delete(key)
    }
  }

  private async stop(root: string, id: string, how: 'pause' | 'cancel'): Promise<TrainingRun> {
    const live = this.live.get(keyOf(root, id))
    if (live === undefined) {
      const stored = await this.recovered(root, await readRun(root, id))
      const state = assertCan(stored, how)
      const status = { ...stored.status, state }
      await writeRunStatus(root, id, status)
      const view = storedView({ ...stored, status })
      this.place.onChange(root, view)
      return view
    }
    live.stop(how)
    if (live.jobId !== null) this.place.jobs.cancel(live.jobId)
    await live.settled
    return this.get(root, id)
  }

  /** A run as it is now: that of a program which has ended is no longer at work. */
  private async viewOf(root: string, stored: StoredRun): Promise<TrainingRun> {
    const live = this.live.get(keyOf(root, stored.record.id))
    return live?.view() ?? storedView(await this.recovered(root, stored))
  }

  private async recovered(root: string, stored: StoredRun): Promise<StoredRun> {
    const { id } = stored.record
    const key = keyOf(root, id)
    if (this.live.has(key) || !isAbandoned(stored.status, new Date())) return stored
    // Its work may have ended after this was read: what came of it is on the disk by now.
    const fresh = await readRun(root, id)
    if (this.live.has(key) || !isAbandoned(fresh.status, new Date())) return fresh
    const status = this.unwritten.get(key) ?? asInterrupted(fresh.status)
    await writeRunStatus(root, id, status).then(
      () => this.unwritten.delete(key),
      // Where nothing can be written it is told all the same.
      () => undefined
    )
    return { ...fresh, status }
  }

  private enqueue(root: string, stored: StoredRun): LiveRun {
    const live = this.announce(root, stored)
    this.queue(live)
    return live
  }

  private announce(root: string, stored: StoredRun): LiveRun {
    const { id } = stored.record
    const live = new LiveRun(root, stored, (run) => {
      this.place.onChange(root, run)
    })
    live.keepTime((thrown) => {
      this.place.log?.(`run ${id}: ${toHippospikeError(thrown).message}`)
    })
    this.live.set(keyOf(root, id), live)
    return live
  }

  private queue(live: LiveRun): void {
    const { id } = live.record
    this.place.onChange(live.root, live.view())
    const job = this.place.jobs.add({
      request: { kind: 'train', runId: id },
      paceKey: null,
      run: (turn) => this.turn(live, turn),
      onDropped: (closing) =>
        this.stopped(live, new HippospikeError('cancelled', 'cancelled'), closing)
    })
    live.jobId = job.id
    // Asked for while its state was being written.
    if (live.stopAs !== null) this.place.jobs.cancel(job.id)
  }

  private async turn(live: LiveRun, job: JobRun): Promise<null> {
    live.begin()
    const { resources } = this.place
    try {
      await work(live, job, this.engine(job.signal), resources, this.measures)
      this.forget(live)
      return null
    } catch (thrown) {
      await this.stopped(live, thrown, job.isClosing())
      throw thrown
    }
  }

  /** Says in the run's state why it no longer works. */
  private async stopped(live: LiveRun, thrown: unknown, closing: boolean): Promise<void> {
    const { kind, message } = toHippospikeError(thrown)
    const wish = closing ? 'lose' : (live.stopAs ?? 'cancel')
    const happening: RunHappening =
      kind === 'cancelled' ? wish : thrown instanceof EngineDiedError ? 'lose' : 'fail'
    const problem = kind === 'cancelled' ? (closing ? ENDED : null) : message
    await live.happen(happening, { problem }).catch((failure: unknown) => {
      this.place.log?.(`run ${live.record.id}: ${toHippospikeError(failure).message}`)
      this.unwritten.set(keyOf(live.root, live.record.id), live.status)
      this.place.onChange(live.root, live.view())
    })
    this.forget(live)
  }

  private forget(live: LiveRun): void {
    this.live.delete(keyOf(live.root, live.record.id))
    live.end()
  }

  private engine(signal: AbortSignal | undefined): EngineCall {
    return ({ onProgress, ...call }) =>
      this.run({
        ...call,
        signal,
        onProgress,
        onLog: (_level, message) => this.place.log?.(message),
        onOutput: this.place.log
      })
  }
}

function keyOf(root: string, id: string): string {
  return `${root}\n${id}`
}

function assertCan(stored: StoredRun, happening: RunHappening): StoredRun['status']['state'] {
  const state = nextRunState(stored.status.state, happening)
  if (state === null) throw wrongState(stored, happening)
  return state
}

const PARTICIPLES: Readonly<Record<string, string>> = {
  pause: 'paused',
  cancel: 'cancelled',
  resume: 'resumed',
  accept: 'accepted',
  discard: 'discarded',
  'decide on': 'accepted or discarded',
  remove: 'removed'
}

function wrongState({ record, status }: StoredRun, what: string): HippospikeError {
  const is = status.decision === 'open' ? status.state : status.decision
  const hint = what === 'remove' ? '; pause or cancel it first' : ''
  return new HippospikeError(
    'usage',
    `the run ${record.name} is ${is}, so it cannot be ${PARTICIPLES[what] ?? what}${hint}`
  )
}
