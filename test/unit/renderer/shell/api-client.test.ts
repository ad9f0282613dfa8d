import { afterEach, describe, expect, it, vi } from 'vitest'
import { z } from 'zod'
import { ApiError } from '../../../../src/renderer/src/api/api-error'
import { api, path } from '../../../../src/renderer/src/api/client'

function answerWith(body: BodyInit | null, status = 200): ReturnType<typeof vi.fn> {
  const fetch = vi.fn(() => Promise.resolve(new Response(body, { status })))
  vi.stubGlobal('fetch', fetch)
  return fetch
}

async function failureOf(call: Promise<unknown>): Promise<ApiError> {
  const error = await call.then(
    () => null,
    (thrown: unknown) => thrown
  )
  if (error instanceof ApiError) return error
  throw new Error(`no ApiError but ${String(error)}`)
}

afterEach(() => {
  vi.unstubAllGlobals()
})

describe('the client of the handler', () => {
  it('gives what fits the schema, and null for an empty answer', async () => {
    answerWith('{"n":3}')
    expect(await api.get('/api/x', z.strictObject({ n: z.int() }))).toEqual({ n: 3 })
    answerWith('')
    expect(await api.delete('/api/x', z.null())).toBeNull()
  })

  it('refuses what does not fit, naming the field', async () => {
    answerWith('{"n":"three"}')
    const error = await failureOf(api.get('/api/x', z.strictObject({ n: z.int() })))
    expect(error.kind).toBe('answer')
    expect(error.message).toContain('/api/x')
    expect(error.message).toContain('n:')
  })

  it('passes on what the host says of a failure', async () => {
    answerWith('{"error":{"kind":"input","message":"no image"}}', 422)
    const error = await failureOf(api.post('/api/x', z.unknown(), {}))
    expect([error.kind, error.message, error.status]).toEqual(['input', 'no image', 422])
  })

  it('tells of failures without a reason, of no answer and of a call given up', async () => {
    answerWith('<html>', 500)
    expect((await failureOf(api.get('/api/x', z.unknown()))).message).toContain('500')
    answerWith('', 401)
    expect((await failureOf(api.get('/api/x', z.unknown()))).message).toContain('not signed in')
    vi.stubGlobal('fetch', () => Promise.reject(new TypeError('failed')))
    expect((await failureOf(api.get('/api/x', z.unknown()))).kind).toBe('unreachable')
    const given = AbortSignal.abort()
    expect((await failureOf(api.get('/api/x', z.unknown(), { signal: given }))).kind).toBe(
      'cancelled'
    )
  })

  it('sends bytes as they are and objects as JSON', async () => {
    const fetch = answerWith('1')
    const bytes = new Uint8Array([1, 2])
    await api.put('/api/x', z.int(), bytes)
    await api.put('/api/x', z.int(), { a: 1 })
    const bodies = fetch.mock.calls.map((call) => (call[1] as RequestInit).body)
    expect(bodies).toEqual([bytes, '{"a":1}'])
  })

  it('reads the part of an answer that was asked for, over the borders of its pieces', async () => {
    const pieces = [
      [0, 1, 2],
      [3, 4, 5, 6],
      [7, 8, 9]
    ]
    const stream = (): ReadableStream<Uint8Array> =>
      new ReadableStream({
        start(controller) {
          for (const piece of pieces) controller.enqueue(new Uint8Array(piece))
          controller.close()
        }
      })
    answerWith(stream())
    expect([...(await api.part('/api/x', { offset: 2, length: 3 }))]).toEqual([2, 3, 4])
    answerWith(stream())
    expect([...(await api.part('/api/x', { offset: 8, length: 9 }))]).toEqual([8, 9])
  })

  it('encodes the pieces of a path', () => {
    expect(path`/api/cases/${'a/b ?'}/x`).toBe('/api/cases/a%2Fb%20%3F/x')
  })
})
