import { shallowRef, watch, type Ref, type ShallowRef } from 'vue'
import { stagesReportSchema, type StagesReport } from '../../../../shared/api/stages'
import { api, isCancelled, messageOf, onAppEvent, onReconnect, path } from '../../api'

const reportSchema = stagesReportSchema.nullable()

/** The last look at the stages of the case on the screen. */
export interface StageLook {
  /** Null where there was none, or it is on its way. */
  readonly report: ShallowRef<StagesReport | null>
  /** `unknown` until the host has answered. */
  readonly state: ShallowRef<'unknown' | 'none' | 'there'>
  readonly problem: ShallowRef<string | null>
  stop: () => void
}

/** Keeps the report of a case as the host has it, whichever window asked for it. */
export function createStageLook(caseId: Ref<string | null>): StageLook {
  const report = shallowRef<StagesReport | null>(null)
  const state = shallowRef<'unknown' | 'none' | 'there'>('unknown')
  const problem = shallowRef<string | null>(null)
  let current = new AbortController()

  async function load(): Promise<void> {
    current.abort()
    current = new AbortController()
    const { signal } = current
    const owner = caseId.value
    if (owner === null) return
    try {
      const found = await api.get(path`/api/cases/${owner}/stages`, reportSchema, { signal })
      if (signal.aborted) return
      report.value = found
      state.value = found === null ? 'none' : 'there'
      problem.value = null
    } catch (error) {
      if (signal.aborted || isCancelled(error)) return
      report.value = null
      state.value = 'none'
      problem.value = messageOf(error)
    }
  }

  const stopWatching = watch(
    caseId,
    () => {
      report.value = null
      state.value = 'unknown'
      problem.value = null
      void load()
    },
    { immediate: true }
  )
  const stopEvents = onAppEvent((event) => {
    if (event.type === 'cases' && (event.caseId ?? caseId.value) === caseId.value) void load()
  })
  const stopReconnect = onReconnect(() => void load())
  return {
    report,
    state,
    problem,
    stop() {
      current.abort()
      stopWatching()
      stopEvents()
      stopReconnect()
    }
  }
}
