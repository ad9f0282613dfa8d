import { ref, type Ref } from 'vue'
import type { AppEvent } from '../../../shared/api/jobs'
import { watchEvents } from './events'

type Listener = (event: AppEvent) => void

const listeners = new Set<Listener>()
const reconnected = new Set<() => void>()
let stop: (() => void) | null = null

/** Whether the host is heard; null until it is known. */
export const connected: Ref<boolean | null> = ref(null)

/** Calls the listener for every event of the host, on the one stream that all features share. */
export function onAppEvent(listener: Listener): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

/** Calls the listener when the host is heard again after a break: what it holds may be out of date. */
export function onReconnect(listener: () => void): () => void {
  reconnected.add(listener)
  return () => reconnected.delete(listener)
}

/** Opens the stream; a second call does nothing. */
export function startEvents(): void {
  stop ??= watchEvents({
    onEvent: (event) => {
      for (const listener of listeners) listener(event)
    },
    onConnection: (now) => {
      const wasLost = connected.value === false
      connected.value = now
      if (now && wasLost) for (const listener of reconnected) listener()
    }
  })
}
