import { afterEach, describe, expect, it, vi } from 'vitest'
import { watchEvents } from '../../../../src/renderer/src/api/events'
import { linesOf } from '../../../../src/renderer/src/api/lines'

function streamOf(...pieces: string[]): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder()
  return new ReadableStream({
    start(controller) {
      for (const piece of pieces) controller.enqueue(encoder.encode(piece))
      controller.close()
    }
  })
}

afterEach(() => {
  vi.unstubAllGlobals()
})

describe('lines of a stream', () => {
  it('puts together what arrives in pieces', async () => {
    const lines: string[] = []
    for await (const line of linesOf(streamOf('{"a"', ':1}\n\n{"b":2}\n{"c"', ':3}')))
      lines.push(line)
    expect(lines).toEqual(['{"a":1}', '{"b":2}', '{"c":3}'])
  })
})

describe('the events of the host', () => {
  it('leaves out what does not fit, connects again when the stream ends, and stops when told', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined)
    const bodies = [
      streamOf('{"type":"cases","caseId":"a"}\nnonsense\n{"type":"unheard"}\n'),
      streamOf('{"type":"workspace"}\n')
    ]
    const fetch = vi.fn(() => {
      const body = bodies.shift()
      return body === undefined
        ? Promise.reject(new TypeError('gone'))
        : Promise.resolve(new Response(body))
    })
    vi.stubGlobal('fetch', fetch)
    const seen: string[] = []
    const stop = watchEvents({
      onEvent: ({ type }) => seen.push(type),
      onConnection: (connected) => seen.push(connected ? 'connected' : 'lost')
    })
    await vi.waitFor(() => {
      expect(seen).toEqual(['connected', 'cases', 'lost', 'connected', 'workspace', 'lost'])
    })
    stop()
    const calls = fetch.mock.calls.length
    await new Promise((resolve) => setTimeout(resolve, 800))
    expect(fetch.mock.calls.length).toBeLessThanOrEqual(calls + 1)
    expect(warn).toHaveBeenCalledTimes(2)
  })
})
