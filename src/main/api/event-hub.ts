import type { AppEvent } from '../../shared/api/jobs'

/** Passes what happens on to whoever listens: every window of a host. */
export class EventHub {
  private readonly listeners = new Set<(event: AppEvent) => void>()

  emit(event: AppEvent): void {
    for (const listener of [...this.listeners]) listener(event)
  }

  /** @returns how to stop listening */
  subscribe(listener: (event: AppEvent) => void): () => void {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }
}
