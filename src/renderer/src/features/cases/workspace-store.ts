import { computed, ref, shallowRef, type ComputedRef, type Ref, type ShallowRef } from 'vue'
import { openWorkspaceSchema, type OpenWorkspace } from '../../../../shared/api/workspace'
import { api, messageOf, onAppEvent, onReconnect } from '../../api'
import { toast } from '../../ui/toasts'

export interface WorkspaceStore {
  /** Null until the host has answered for the first time. */
  readonly state: ShallowRef<OpenWorkspace | null>
  /** Path of the workspace that is open. */
  readonly path: ComputedRef<string | null>
  readonly writable: ComputedRef<boolean>
  /** Why the host could not be asked or a folder could not be opened. */
  readonly problem: Ref<string | null>
  readonly busy: Ref<boolean>
  /** Why the folder of the open workspace cannot be reached; it counts as open, and is open again once it is back. */
  readonly gone: Ref<string | null>
  load: () => Promise<void>
  /** Opens a folder, making it a workspace where `create` says so. False where that failed: the one before stays open. */
  open: (path: string, create: boolean) => Promise<boolean>
  /** Asked before another workspace takes the place of this one; false keeps it. */
  beforeOpening: (guard: () => Promise<boolean>) => void
  /** The user has read why the file that the app was started with is not open. */
  dismissStartProblem: () => Promise<void>
}

/** Milliseconds after which a folder that is gone is looked for again. */
const LOOK_AGAIN = 3_000

let shared: WorkspaceStore | undefined

/** The workspace that is open in this host. */
export function useWorkspace(): WorkspaceStore {
  return (shared ??= createWorkspaceStore())
}

function createWorkspaceStore(): WorkspaceStore {
  const state = shallowRef<OpenWorkspace | null>(null)
  const problem = ref<string | null>(null)
  const busy = ref(false)
  const gone = ref<string | null>(null)
  let guard: () => Promise<boolean> = () => Promise.resolve(true)
  let looking: ReturnType<typeof setTimeout> | undefined

  /** What is on the screen stays there while its folder is away: it may hold what is not saved. */
  function take(next: OpenWorkspace): void {
    const before = state.value?.workspace ?? null
    gone.value = next.workspace === null && before !== null ? next.problem : null
    state.value = gone.value === null ? next : { ...next, workspace: before }
    clearTimeout(looking)
    if (gone.value !== null) looking = setTimeout(() => void load(), LOOK_AGAIN)
  }

  async function attempt(call: () => Promise<OpenWorkspace>): Promise<boolean> {
    busy.value = true
    try {
      take(await call())
      problem.value = null
      return true
    } catch (error) {
      problem.value = messageOf(error)
      return false
    } finally {
      busy.value = false
    }
  }

  const load = async (): Promise<void> => {
    await attempt(() => api.get('/api/workspace', openWorkspaceSchema))
  }
  onAppEvent((event) => {
    if (event.type === 'workspace') void follow()
  })
  async function follow(): Promise<void> {
    const [own, before] = [busy.value, state.value?.workspace?.path]
    await load()
    const now = state.value?.workspace ?? null
    if (!own && before !== undefined && now !== null && now.path !== before) {
      toast(`Another window opened the workspace ${now.name}, so it is open here too`)
    }
  }
  onReconnect(() => void load())

  return {
    state,
    path: computed(() => state.value?.workspace?.path ?? null),
    writable: computed(() => state.value?.workspace?.writable ?? false),
    problem,
    busy,
    gone,
    load,
    async open(path, create) {
      if (!(await guard())) return false
      return attempt(() => api.post('/api/workspace', openWorkspaceSchema, { path, create }))
    },
    beforeOpening(ask) {
      guard = ask
    },
    async dismissStartProblem() {
      await attempt(() => api.delete('/api/workspace/start-problem', openWorkspaceSchema))
    }
  }
}
