import { computed, ref, shallowRef, type ComputedRef, type Ref, type ShallowRef } from 'vue'
import { openWorkspaceSchema, type OpenWorkspace } from '../../../../shared/api/workspace'
import { api, messageOf, onAppEvent, onReconnect } from '../../api'

export interface WorkspaceStore {
  /** Null until the host has answered for the first time. */
  readonly state: ShallowRef<OpenWorkspace | null>
  /** Path of the workspace that is open. */
  readonly path: ComputedRef<string | null>
  readonly writable: ComputedRef<boolean>
  /** Why the host could not be asked or a folder could not be opened. */
  readonly problem: Ref<string | null>
  readonly busy: Ref<boolean>
  load: () => Promise<void>
  /** Opens a folder, making it a workspace where `create` says so. False where that failed: the one before stays open. */
  open: (path: string, create: boolean) => Promise<boolean>
}

let shared: WorkspaceStore | undefined

/** The workspace that is open in this host. */
export function useWorkspace(): WorkspaceStore {
  return (shared ??= createWorkspaceStore())
}

function createWorkspaceStore(): WorkspaceStore {
  const state = shallowRef<OpenWorkspace | null>(null)
  const problem = ref<string | null>(null)
  const busy = ref(false)

  async function attempt(call: () => Promise<OpenWorkspace>): Promise<boolean> {
    busy.value = true
    try {
      state.value = await call()
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
    if (event.type === 'workspace') void load()
  })
  onReconnect(() => void load())

  return {
    state,
    path: computed(() => state.value?.workspace?.path ?? null),
    writable: computed(() => state.value?.workspace?.writable ?? false),
    problem,
    busy,
    load,
    open: (path, create) =>
      attempt(() => api.post('/api/workspace', openWorkspaceSchema, { path, create }))
  }
}
