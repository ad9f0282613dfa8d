import { appEventSchema, type AppEvent } from '../../../shared/api/jobs'
import { firstIssue } from '../../../shared/issues'
import { send } from './client'
import { linesOf } from './lines'

/** Milliseconds without a line, heartbeats included, after which a connection counts as dead. */
const SILENCE = 60_000
const FIRST_DELAY = 300
const LONGEST_DELAY = 5_000

export interface EventWatcher {
  /** Each event, in order; job events for all jobs come first after each connection. */
  onEvent: (event: AppEvent) => void
  /** Whether the host is heard. */
  onConnection?: (connected: boolean) => void
}

/**
 * Reads the host's events until the returned function is called; connects again whenever the stream ends. What happened
 * meanwhile must be asked for by whoever listens, on `onConnection(true)`.
 */
export function watchEvents(watcher: EventWatcher | EventWatcher['onEvent']): () => void {
  const listener = typeof watcher === 'function' ? { onEvent: watcher } : watcher
  const stop = new AbortController()
  void keepReading(listener, stop.signal)
  return () => {
    stop.abort()
  }
}

async function keepReading(watcher: EventWatcher, stop: AbortSignal): Promise<void> {
  let delay = FIRST_DELAY
  const stopped = (): boolean => stop.aborted
  while (!stopped()) {
    try {
      await readOnce(watcher, stop, () => {
        delay = FIRST_DELAY
      })
    } catch {
      // A stream that breaks off is told by onConnection and opened again below.
    }
    if (stopped()) return
    watcher.onConnection?.(false)
    await wait(delay, stop)
    delay = Math.min(delay * 2, LONGEST_DELAY)
  }
}

async function readOnce(
  watcher: EventWatcher,
  stop: AbortSignal,
  onOpen: () => void
): Promise<void> {
  // Not AbortSignal.any, which is younger than the oldest Chromium that is supported.
  const connection = new AbortController()
  const end = (): void => {
    connection.abort()
  }
  stop.addEventListener('abort', end)
  let timer = setTimeout(end, SILENCE)
  try {
    const answer = await send('GET', '/api/events', undefined, { signal: connection.signal })
    if (answer.body === null) return
    onOpen()
    watcher.onConnection?.(true)
    for await (const line of linesOf(answer.body)) {
      clearTimeout(timer)
      timer = setTimeout(end, SILENCE)
      deliver(line, watcher)
    }
  } finally {
    clearTimeout(timer)
    stop.removeEventListener('abort', end)
  }
}

function deliver(line: string, watcher: EventWatcher): void {
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch {
    console.warn(`an event that is no JSON was left out: ${line.slice(0, 200)}`)
    return
  }
  const event = appEventSchema.safeParse(value)
  if (event.success) watcher.onEvent(event.data)
  else console.warn(`an event that does not fit was left out: ${firstIssue(event.error)}`)
}

function wait(milliseconds: number, stop: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds)
    stop.addEventListener('abort', () => {
      clearTimeout(timer)
      resolve()
    })
  })
}
