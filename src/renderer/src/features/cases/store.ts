import { computed, watch, type ComputedRef, type Ref, type ShallowRef } from 'vue'
import type { CaseImage, CaseSummary, Result } from '../../../../shared/api/cases'
import { onAppEvent, onReconnect } from '../../api'
import { createCaseListStore, type CaseListStore } from './case-list-store'
import {
  createSelectionStore,
  type Guard,
  type LeaveReason,
  type SelectionStore
} from './selection-store'
import { createViewMemory, type ViewMemory, type WorkspaceSettings } from './view-memory'
import { useWorkspace, type WorkspaceStore } from './workspace-store'

/** The cases of the workspace and the one on the screen. One for the whole window. */
export interface Cases {
  readonly list: ShallowRef<readonly CaseSummary[]>
  readonly files: CaseListStore
  /** The case on the screen. */
  readonly caseId: Ref<string | null>
  readonly selected: ComputedRef<CaseSummary | null>
  readonly image: ShallowRef<CaseImage | null>
  /** Of the case on the screen, the newest first. */
  readonly results: ShallowRef<readonly Result[]>
  readonly resultId: Ref<string | null>
  readonly result: ComputedRef<Result | null>
  readonly opening: Ref<string | null>
  readonly problem: Ref<string | null>
  /** Chosen in the panels and kept with the workspace. */
  readonly settings: WorkspaceSettings
  /** Shows a case. False where that failed or a guard refused: the case before is still on the screen, intact. */
  select: (id: string) => Promise<boolean>
  /** Shows another result of the case, or with `reload` the same one read anew. */
  selectResult: (id: string, options?: { reload?: boolean }) => Promise<boolean>
  refreshResults: () => Promise<void>
  /** Takes a result that was just saved: the mask on the screen is its newest version and is not read again. */
  adopt: (result: Result) => void
  /** A guard is asked before the mask on the screen is replaced, and may save or refuse. Returns how to take it back. */
  beforeLeaving: (guard: Guard) => () => void
  /** Asks the guards. */
  mayLeave: (reason: LeaveReason) => Promise<boolean>
  /** Version that the mask on the screen was read from or saved as. */
  readonly shownVersion: Ref<number | null>
  /** Opens what was open when the workspace was left. */
  enterWorkspace: (fallback: { convention: 'radiological' | 'neurological' }) => Promise<void>
  /** Removes a case to the trash; the answer brings it back. */
  remove: (id: string) => Promise<() => Promise<void>>
}

/**
 * Milliseconds between news of a change and reading it: changes come in bursts, and this window's own saves are answered
 * by then, so that they are not read back over what is being drawn.
 */
const SETTLING = 250

let shared: Cases | undefined

export function useCases(): Cases {
  return (shared ??= createCases())
}

function createCases(): Cases {
  const files = createCaseListStore()
  const selection = createSelectionStore()
  const memory = createViewMemory(selection)
  const workspace = useWorkspace()
  follow(files, selection, workspace)
  workspace.beforeOpening(() => selection.mayLeave('leave'))

  return {
    list: files.cases,
    files,
    caseId: selection.caseId,
    selected: computed(
      () => files.cases.value.find(({ id }) => id === selection.caseId.value) ?? null
    ),
    image: selection.image,
    results: selection.results,
    resultId: selection.resultId,
    result: selection.result,
    opening: selection.opening,
    problem: selection.problem,
    settings: memory.settings,
    select: selection.select,
    selectResult: selection.selectResult,
    refreshResults: selection.refreshResults,
    adopt: selection.adopt,
    beforeLeaving: selection.beforeLeaving,
    mayLeave: selection.mayLeave,
    shownVersion: selection.shownVersion,
    enterWorkspace: (fallback) => enter(files, selection, memory, fallback),
    async remove(id) {
      // What is drawn and not saved goes to the trash, and comes back, with the case.
      if (selection.caseId.value === id) await selection.mayLeave('leave')
      memory.forget(id)
      const bringBack = await files.remove(id)
      if (selection.caseId.value === id) selection.close()
      return async () => {
        await bringBack()
        if (workspace.path.value !== null && selection.caseId.value === null) {
          await selection.select(id)
        }
      }
    }
  }
}

async function enter(
  files: CaseListStore,
  selection: SelectionStore,
  memory: ViewMemory,
  fallback: { convention: 'radiological' | 'neurological' }
): Promise<void> {
  memory.pause()
  selection.close()
  files.clear()
  await files.load()
  const last = await memory.recall(fallback)
  const known = files.cases.value
  const id = known.find((one) => one.id === last)?.id ?? known[0]?.id
  if (id !== undefined) await selection.select(id)
}

/**
 * Keeps the list and the results as the host has them, whichever window changed them. Of other programs that change the files the
 * host hears nothing: they are looked at when the user comes back to the window.
 */
function follow(files: CaseListStore, selection: SelectionStore, workspace: WorkspaceStore): void {
  let timer: ReturnType<typeof setTimeout> | undefined
  const refresh = (): void => {
    clearTimeout(timer)
    timer = setTimeout(() => {
      // Where the folder is gone, the workspace says so; what was read of it stays on the screen.
      if (workspace.path.value === null || workspace.gone.value !== null) return
      void files.load()
      void selection.refreshResults()
    }, SETTLING)
  }
  onAppEvent((event) => {
    if (event.type === 'cases') refresh()
  })
  onReconnect(refresh)
  watch(workspace.gone, (gone) => {
    if (gone === null) refresh()
  })
  const comeBack = (): void => {
    if (document.visibilityState === 'visible') void workspace.load().then(refresh)
  }
  window.addEventListener('focus', comeBack)
  document.addEventListener('visibilitychange', comeBack)
}
