import { computed, reactive, ref, type ComputedRef, type Ref } from 'vue'
import { z } from 'zod'
import { appJobSchema, type AppJob, type NewJobRequest } from '../../../../shared/api/jobs'
import type { HeadBox } from '../../../../shared/head'
import { api, onAppEvent, onReconnect, path } from '../../api'

export interface Jobs {
  /** All that the host knows of, by id. */
  readonly all: ReadonlyMap<string, AppJob>
  readonly running: ComputedRef<AppJob | null>
  readonly queued: ComputedRef<readonly AppJob[]>
  /** The latest job of a case, a segmentation by default; null where there was none since the host was started. */
  latestOf: (caseId: string, kind?: NewJobRequest['kind']) => AppJob | null
  /** Where the hippocampi of a case may lie that could not be located; none where nothing is known. */
  guessOf: (caseId: string) => readonly HeadBox[]
  start: (request: NewJobRequest) => Promise<AppJob>
  cancel: (id: string) => Promise<void>
  /** Jobs that the user has asked to cancel and that have not ended yet. */
  readonly cancelling: ReadonlySet<string>
  /** Calls back once for each job that ends while this window is open. */
  onEnd: (listener: (job: AppJob) => void) => () => void
  /** The time by which running jobs are shown, in milliseconds; it ticks while one runs. */
  readonly now: Ref<number>
}

const listSchema = z.array(appJobSchema)
const TICK = 250
let shared: Jobs | undefined

/** The jobs of this host, kept up to date by its events. */
export function useJobs(): Jobs {
  return (shared ??= createJobs())
}

export function isOver(job: AppJob): boolean {
  return job.state !== 'queued' && job.state !== 'running'
}

function createJobs(): Jobs {
  const all = reactive(new Map<string, AppJob>())
  const cancelling = reactive(new Set<string>())
  const endListeners = new Set<(job: AppJob) => void>()
  const now = ref(Date.now())
  let ticking: ReturnType<typeof setInterval> | undefined

  const running = computed(() => [...all.values()].find(({ state }) => state === 'running') ?? null)
  const queued = computed(() => [...all.values()].filter(({ state }) => state === 'queued'))

  const jobsOf = (caseId: string): AppJob[] =>
    [...all.values()].filter(({ request }) => 'caseId' in request && request.caseId === caseId)

  function take(job: AppJob): void {
    const before = all.get(job.id)
    // An answer can be older than the event that came before it.
    if (before !== undefined && isOver(before) && !isOver(job)) return
    all.set(job.id, job)
    if (isOver(job)) {
      cancelling.delete(job.id)
      if (before !== undefined && !isOver(before)) {
        for (const listener of endListeners) listener(job)
      }
    }
    tick()
  }

  function tick(): void {
    now.value = Date.now()
    if (running.value === null) {
      clearInterval(ticking)
      ticking = undefined
    } else {
      ticking ??= setInterval(() => {
        now.value = Date.now()
      }, TICK)
    }
  }

  onAppEvent((event) => {
    if (event.type === 'job') take(event.job)
  })
  onReconnect(() => {
    api
      .get('/api/jobs', listSchema)
      .then((jobs) => {
        const known = new Set(jobs.map(({ id }) => id))
        // A host that was started anew has forgotten what it was doing.
        for (const id of all.keys()) if (!known.has(id)) all.delete(id)
        jobs.forEach(take)
      })
      .catch((error: unknown) => {
        console.warn('the jobs could not be read again:', error)
      })
  })

  return {
    all,
    running,
    queued,
    latestOf(caseId, kind = 'segment') {
      const jobs = jobsOf(caseId).filter(({ request }) => request.kind === kind)
      return jobs.find((job) => !isOver(job)) ?? jobs.at(-1) ?? null
    },
    guessOf: (caseId) => jobsOf(caseId).findLast(({ guess }) => guess !== null)?.guess ?? [],
    async start(request) {
      const job = await api.post('/api/jobs', appJobSchema, request)
      take(job)
      return job
    },
    async cancel(id) {
      cancelling.add(id)
      try {
        take(await api.delete(path`/api/jobs/${id}`, appJobSchema))
      } catch (error) {
        cancelling.delete(id)
        throw error
      }
    },
    cancelling,
    onEnd(listener) {
      endListeners.add(listener)
      return () => endListeners.delete(listener)
    },
    now
  }
}
