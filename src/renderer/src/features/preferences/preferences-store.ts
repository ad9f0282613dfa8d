import { ref, watch, type Ref } from 'vue'
import {
  DEFAULT_PREFERENCES,
  preferencesSchema,
  type Preferences
} from '../../../../shared/api/preferences'
import { api, messageOf } from '../../api'

export interface PreferencesStore {
  readonly preferences: Ref<Preferences>
  readonly problem: Ref<string | null>
  load: () => Promise<void>
  change: (some: Partial<Preferences>) => Promise<void>
}

let shared: PreferencesStore | undefined

/** The user's preferences, kept by the host for all workspaces. */
export function usePreferences(): PreferencesStore {
  return (shared ??= createPreferencesStore())
}

function createPreferencesStore(): PreferencesStore {
  const preferences = ref<Preferences>(DEFAULT_PREFERENCES)
  const problem = ref<string | null>(null)
  watch(() => preferences.value.reduceMotion, applyMotion, { immediate: true })

  return {
    preferences,
    problem,
    async load() {
      try {
        preferences.value = await api.get('/api/preferences', preferencesSchema)
        problem.value = null
      } catch (error) {
        problem.value = messageOf(error)
      }
    },
    async change(some) {
      const before = preferences.value
      // At once on the screen; taken back where it could not be kept.
      preferences.value = { ...before, ...some }
      try {
        preferences.value = await api.put('/api/preferences', preferencesSchema, preferences.value)
        problem.value = null
      } catch (error) {
        preferences.value = before
        problem.value = messageOf(error)
      }
    }
  }
}

/** `still` and `moving` outrank what the system says; style.css has their meaning. */
function applyMotion(reduce: boolean | null): void {
  document.documentElement.classList.toggle('still', reduce === true)
  document.documentElement.classList.toggle('moving', reduce === false)
}
