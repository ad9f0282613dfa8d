import { computed, ref, shallowRef, type ComputedRef, type Ref, type ShallowRef } from 'vue'
import type { CaseImage, Result } from '../../../../shared/api/cases'
import { isCancelled, messageOf } from '../../api'
import { useViewer } from '../viewer'
import {
  loadCase,
  loadMask,
  loadResults,
  resultToShow,
  voxelCountOf,
  type LoadedCase
} from './load-case'

/**
 * Why the mask on the screen is to go: the user goes elsewhere and may come back to what was drawn (`leave`), or another version of
 * it is to take its place (`replace`).
 */
export type LeaveReason = 'leave' | 'replace'

/** Asked before the mask on the screen is replaced; false keeps it. */
export type Guard = (reason: LeaveReason) => boolean | Promise<boolean>

export interface SelectionStore {
  /** Of the case on the screen. */
  readonly caseId: Ref<string | null>
  readonly image: ShallowRef<CaseImage | null>
  readonly results: ShallowRef<readonly Result[]>
  readonly resultId: Ref<string | null>
  readonly result: ComputedRef<Result | null>
  /** The case that is on its way to the screen. */
  readonly opening: Ref<string | null>
  /** Why the last case or result asked for is not on the screen; the one before still is. */
  readonly problem: Ref<string | null>
  select: (id: string) => Promise<boolean>
  selectResult: (id: string, options?: { reload?: boolean }) => Promise<boolean>
  refreshResults: () => Promise<void>
  adopt: (result: Result) => void
  close: () => void
  mayLeave: (reason: LeaveReason) => Promise<boolean>
  /** Newest version of the result that the mask on the screen was read from or saved as. */
  readonly shownVersion: Ref<number | null>
  beforeLeaving: (guard: Guard) => () => void
  onOpened: (listener: (loaded: LoadedCase) => void) => () => void
}

export function createSelectionStore(): SelectionStore {
  const viewer = useViewer()
  const caseId = ref<string | null>(null)
  const image = shallowRef<CaseImage | null>(null)
  const results = shallowRef<readonly Result[]>([])
  const resultId = ref<string | null>(null)
  const opening = ref<string | null>(null)
  const problem = ref<string | null>(null)
  const guards = new Set<Guard>()
  const openedListeners = new Set<(loaded: LoadedCase) => void>()
  const shownVersion = ref<number | null>(null)
  /** What the last refresh said, to be taken back by one that succeeds. */
  let refreshProblem: string | null = null
  let current = new AbortController()
  /** Counts what was saved from here, for lists that were asked for before. */
  let adoptions = 0

  const result = computed(() => results.value.find(({ id }) => id === resultId.value) ?? null)

  async function mayLeave(reason: LeaveReason): Promise<boolean> {
    for (const guard of guards) if (!(await guard(reason))) return false
    return true
  }

  function restart(): AbortSignal {
    current.abort()
    current = new AbortController()
    return current.signal
  }

  async function select(id: string): Promise<boolean> {
    if (id === caseId.value) {
      // Back to the one on the screen, from one that was on its way.
      if (opening.value !== null) restart()
      opening.value = null
      return true
    }
    if (!(await mayLeave('leave'))) return false
    const signal = restart()
    opening.value = id
    problem.value = null
    try {
      const loaded = await loadCase(id, signal)
      if (signal.aborted) return false
      show(loaded)
      return true
    } catch (error) {
      if (!signal.aborted && !isCancelled(error)) problem.value = messageOf(error)
      return false
    } finally {
      if (!signal.aborted) opening.value = null
    }
  }

  function show(loaded: LoadedCase): void {
    const { id, voxels, shown } = loaded
    viewer.open({
      caseId: id,
      geometry: loaded.image.geometry,
      voxels,
      window: loaded.image.window
    })
    caseId.value = id
    image.value = loaded.image
    results.value = loaded.results
    resultId.value = shown?.result.id ?? null
    shownVersion.value = shown === null ? null : newestOf(shown.result)
    viewer.setMask(shown?.mask ?? null)
    for (const listener of openedListeners) listener(loaded)
  }

  async function selectResult(id: string, { reload = false } = {}): Promise<boolean> {
    const open = image.value
    const owner = caseId.value
    if (open === null || owner === null) return false
    if (id === resultId.value && !reload) return true
    if (!(await mayLeave(id === resultId.value ? 'replace' : 'leave'))) return false
    const signal = restart()
    opening.value = null
    problem.value = null
    try {
      const mask = await loadMask(owner, id, voxelCountOf(open), { signal })
      if (signal.aborted) return false
      resultId.value = id
      shownVersion.value = newestOf(results.value.find((one) => one.id === id) ?? null)
      viewer.setMask(mask)
      return true
    } catch (error) {
      if (!signal.aborted && !isCancelled(error)) problem.value = messageOf(error)
      return false
    }
  }

  async function refreshResults(): Promise<void> {
    const owner = caseId.value
    if (owner === null) return
    const known = adoptions
    try {
      const list = await loadResults(owner)
      if (owner !== caseId.value) return
      // It may lack what was saved since it was asked for, which would be taken for a change by somebody else.
      if (known !== adoptions) return await refreshResults()
      results.value = list
      if (problem.value === refreshProblem) problem.value = null
    } catch (error) {
      if (owner === caseId.value) problem.value = refreshProblem = messageOf(error)
      return
    }
    if (opening.value !== null) return
    const chosen = result.value ?? resultToShow(results.value) ?? null
    if (chosen === null) {
      if (resultId.value === null || !(await mayLeave('replace'))) return
      resultId.value = null
      viewer.setMask(null)
      return
    }
    if (chosen.id === resultId.value && newestOf(chosen) === shownVersion.value) return
    // Where another result was shown, it is gone: what was drawn in it cannot be come back to.
    if (resultId.value !== null && !(await mayLeave('replace'))) return
    await selectResult(chosen.id, { reload: true })
  }

  function close(): void {
    restart()
    viewer.close()
    caseId.value = null
    image.value = null
    results.value = []
    resultId.value = null
    opening.value = null
    problem.value = null
    shownVersion.value = null
  }

  return {
    caseId,
    image,
    results,
    resultId,
    result,
    opening,
    problem,
    select,
    selectResult,
    refreshResults,
    adopt(saved) {
      adoptions += 1
      const others = results.value.filter(({ id }) => id !== saved.id)
      const known = others.length < results.value.length
      results.value = known
        ? results.value.map((one) => (one.id === saved.id ? saved : one))
        : [saved, ...others]
      resultId.value = saved.id
      shownVersion.value = newestOf(saved)
    },
    close,
    mayLeave,
    shownVersion,
    beforeLeaving(guard) {
      guards.add(guard)
      return () => guards.delete(guard)
    },
    onOpened(listener) {
      openedListeners.add(listener)
      return () => openedListeners.delete(listener)
    }
  }
}

/** The number of a result's newest version. */
export function newestOf(result: Result | null): number | null {
  return result?.versions.at(-1)?.version ?? null
}
