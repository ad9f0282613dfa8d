import { computed, reactive, ref, type ComputedRef, type Ref } from 'vue'
import { z } from 'zod'
import { trashedSchema } from '../../../../shared/api/cases'
import {
  trainingRunListSchema,
  trainingRunSchema,
  type NewRunRequest,
  type TrainingRun
} from '../../../../shared/api/training'
import type { RunState } from '../../../../shared/training'
import { api, messageOf, onAppEvent, onReconnect, path } from '../../api'
import { isWorking, type RunAction } from './run-words'

export interface TrainingRuns {
  /** The newest first. */
  readonly list: ComputedRef<readonly TrainingRun[]>
  /** Whether they have been read since the workspace was opened. */
  readonly loaded: Ref<boolean>
  readonly problem: Ref<string | null>
  /** The one that has the engine, else the first that waits for it. */
  readonly current: ComputedRef<TrainingRun | null>
  byId: (id: string) => TrainingRun | null
  /** The last step that a run was seen in; null where it was not seen at work. */
  reached: (id: string) => RunState | null
  load: () => Promise<void>
  start: (request: NewRunRequest) => Promise<TrainingRun>
  /** What was asked of a run and is not answered yet. */
  readonly asked: ReadonlyMap<string, RunAction>
  act: (id: string, action: RunAction) => Promise<void>
  /** Puts a run into the workspace's trash; the answer brings it back. */
  remove: (id: string) => Promise<() => Promise<void>>
  /** Calls back for each run that gets into another state while this window is open. */
  onChange: (listener: (run: TrainingRun, before: TrainingRun) => void) => () => void
}

let shared: TrainingRuns | undefined

/** The training runs of the workspace, kept up to date by the host's events. */
export function useTrainingRuns(): TrainingRuns {
  return (shared ??= createTrainingRuns())
}

export function createTrainingRuns(): TrainingRuns {
  const all = reactive(new Map<string, TrainingRun>())
  const seen = reactive(new Map<string, RunState>())
  const asked = reactive(new Map<string, RunAction>())
  const listeners = new Set<(run: TrainingRun, before: TrainingRun) => void>()
  const loaded = ref(false)
  const problem = ref<string | null>(null)
  /** Counts what was told, so that an answer does not overwrite what came after it was asked for. */
  let time = 0
  const toldAt = new Map<string, number>()
  let loads = 0

  const list = computed(() =>
    [...all.values()].sort((a, b) => b.createdAt.localeCompare(a.createdAt))
  )

  function take(run: TrainingRun): void {
    const before = all.get(run.id)
    toldAt.set(run.id, ++time)
    all.set(run.id, run)
    if (isWorking(run)) seen.set(run.id, run.state)
    if (before !== undefined && before.state !== run.state) {
      for (const listener of listeners) listener(run, before)
    }
  }

  async function load(): Promise<void> {
    const mine = ++loads
    const began = time
    try {
      const runs = await api.get('/api/training/runs', trainingRunListSchema)
      if (mine !== loads) return
      const known = new Set(runs.map(({ id }) => id))
      const isOlder = (id: string): boolean => (toldAt.get(id) ?? 0) <= began
      for (const id of [...all.keys()]) if (!known.has(id) && isOlder(id)) all.delete(id)
      for (const run of runs) if (isOlder(run.id)) take(run)
      problem.value = null
    } catch (error) {
      if (mine === loads) problem.value = messageOf(error)
    } finally {
      if (mine === loads) loaded.value = true
    }
  }

  onAppEvent((event) => {
    if (event.type === 'training') take(event.run)
    if (event.type === 'runs') void load()
    if (event.type === 'workspace') {
      all.clear()
      loaded.value = false
      void load()
    }
  })
  onReconnect(() => void load())

  return {
    list,
    loaded,
    problem,
    current: computed(
      () =>
        list.value.find(isWorking) ?? list.value.findLast(({ state }) => state === 'queued') ?? null
    ),
    byId: (id) => all.get(id) ?? null,
    reached: (id) => seen.get(id) ?? null,
    load,
    async start(request) {
      const run = await api.post('/api/training/runs', trainingRunSchema, request)
      take(run)
      return run
    },
    asked,
    async act(id, action) {
      asked.set(id, action)
      try {
        take(await api.post(path`/api/training/runs/${id}/${action}`, trainingRunSchema))
      } finally {
        asked.delete(id)
      }
    },
    async remove(id) {
      const { trashId } = await api.delete(path`/api/training/runs/${id}`, trashedSchema)
      toldAt.set(id, ++time)
      all.delete(id)
      return async () => {
        await api.post(path`/api/trash/${trashId}/restore`, z.unknown())
        await load()
      }
    },
    onChange(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    }
  }
}
