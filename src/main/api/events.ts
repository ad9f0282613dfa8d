import { Hono } from 'hono'
import type { AppEvent } from '../../shared/api/jobs'
import type { Services } from './services'

/** Tells a reader that the stream is alive, and the host that the reader is gone. */
const HEARTBEAT_MS = 15_000

/** A line a happening, for as long as it is read. */
export function eventRoutes({ jobs, events }: Services): Hono {
  const app = new Hono()
  app.get('/events', () => {
    let stop = (): void => undefined
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        const encoder = new TextEncoder()
        const send = (event: AppEvent): void => {
          try {
            controller.enqueue(encoder.encode(`${JSON.stringify(event)}\n`))
          } catch {
            // The reader has gone without a word.
            stop()
          }
        }
        const unsubscribe = events.subscribe(send)
        const heartbeat = setInterval(() => {
          send({ type: 'heartbeat' })
        }, HEARTBEAT_MS)
        stop = () => {
          unsubscribe()
          clearInterval(heartbeat)
        }
        for (const job of jobs.list()) send({ type: 'job', job })
        // A first line, at once: some hosts hold a response back until it has one.
        send({ type: 'heartbeat' })
      },
      cancel() {
        stop()
      }
    })
    return new Response(body, { headers: { 'content-type': 'application/x-ndjson' } })
  })
  return app
}
