import { reactive, watch } from 'vue'
import {
  caseViewSchema,
  workspaceViewSchema,
  type CaseView,
  type WorkspaceView
} from '../../../../shared/api/workspace'
import { api, path } from '../../api'
import { PLANES } from '../../volume/planes'
import { useViewer, type PaneView } from '../viewer'
import type { SelectionStore } from './selection-store'

/** Milliseconds after the last change at which it is kept. */
const REST = 500

export type WorkspaceSettings = Pick<WorkspaceView, 'panel' | 'model' | 'timesteps'>

export interface ViewMemory {
  /** What the panels choose; kept with the workspace. */
  readonly settings: WorkspaceSettings
  /** Shows the workspace as it was left; the answer is the case that was open. */
  recall: (fallback: Pick<WorkspaceView, 'convention'>) => Promise<string | null>
  /** From now on nothing is kept until the next {@link recall}. */
  pause: () => void
  /** Keeps no more of a case, which is about to go. */
  forget: (caseId: string) => void
}

/** Keeps how the user leaves a workspace and each of its cases, and brings it back. */
export function createViewMemory(selection: SelectionStore): ViewMemory {
  const viewer = useViewer()
  const settings = reactive<WorkspaceSettings>({ panel: 'segment', model: null, timesteps: null })
  let keeping = false
  /** The case whose view is on the screen as it was left. */
  let settled: string | null = null

  const keepWorkspace = delayed(() => {
    const view: WorkspaceView = {
      caseId: selection.caseId.value,
      layout: viewer.layout.value,
      convention: viewer.convention.value,
      ...settings
    }
    return api.put('/api/workspace/view', workspaceViewSchema, view)
  })

  const keepers = new Map<string, Delayed>()
  function keepCase(id: string): void {
    const view: CaseView = {
      window: { ...viewer.window.value },
      crosshair: [...viewer.crosshair.value],
      resultId: selection.resultId.value,
      overlay: {
        visible: viewer.overlay.visible,
        opacity: viewer.overlay.opacity,
        outline: viewer.overlay.outline,
        hiddenLabels: [...viewer.overlay.hiddenLabels]
      },
      panes: {
        axial: copyOf(viewer.panes.axial),
        coronal: copyOf(viewer.panes.coronal),
        sagittal: copyOf(viewer.panes.sagittal)
      }
    }
    keepers.get(id)?.cancel()
    const keeper = delayed(() => api.put(path`/api/cases/${id}/view`, caseViewSchema, view))
    keepers.set(id, keeper)
    keeper.request()
  }

  selection.onOpened(({ id, view }) => {
    if (view !== null) {
      if (view.window !== null) viewer.window.value = { ...view.window }
      if (view.crosshair !== null) viewer.crosshair.value = [...view.crosshair]
      Object.assign(viewer.overlay, view.overlay)
      for (const plane of PLANES) {
        if (view.panes !== null) Object.assign(viewer.panes[plane], view.panes[plane])
      }
    }
    settled = id
  })

  watch(
    [selection.caseId, viewer.layout, viewer.convention, () => ({ ...settings })],
    () => {
      if (keeping) keepWorkspace.request()
    },
    { flush: 'post' }
  )
  watch(
    [
      viewer.window,
      viewer.crosshair,
      viewer.panes,
      selection.resultId,
      () => viewer.overlay.visible,
      () => viewer.overlay.opacity,
      () => viewer.overlay.outline,
      () => [...viewer.overlay.hiddenLabels]
    ],
    () => {
      const id = selection.caseId.value
      if (keeping && id !== null && id === settled) keepCase(id)
    },
    { deep: true, flush: 'post' }
  )

  return {
    settings,
    async recall(fallback) {
      try {
        const view = await api.get('/api/workspace/view', workspaceViewSchema)
        viewer.layout.value = view.layout
        viewer.convention.value = view.convention
        Object.assign(settings, {
          panel: view.panel,
          model: view.model,
          timesteps: view.timesteps
        })
        return view.caseId
      } catch {
        viewer.convention.value = fallback.convention
        return null
      } finally {
        keeping = true
      }
    },
    pause() {
      keeping = false
      settled = null
      keepWorkspace.cancel()
    },
    forget(caseId) {
      keepers.get(caseId)?.cancel()
    }
  }
}

function copyOf({ zoom, pan: [right, up] }: PaneView): PaneView {
  return { zoom, pan: [right, up] }
}

interface Delayed {
  request: () => void
  cancel: () => void
}

/** Runs once the requests have come to rest. A view that cannot be kept (a read-only workspace) is no loss to tell of. */
function delayed(run: () => Promise<unknown>): Delayed {
  let timer: ReturnType<typeof setTimeout> | undefined
  return {
    request() {
      clearTimeout(timer)
      timer = setTimeout(() => {
        run().catch((error: unknown) => {
          console.info('the view was not kept:', error)
        })
      }, REST)
    },
    cancel() {
      clearTimeout(timer)
    }
  }
}
