import type { z } from 'zod'
import { apiFailureSchema } from '../../../shared/api/failure'
import { firstIssue } from '../../../shared/issues'
import { ApiError, messageOf } from './api-error'
import { gzipped } from './gzip'

type Method = 'GET' | 'POST' | 'PUT' | 'DELETE'

/** What is sent: bytes as they are, anything else as JSON; undefined sends no body. */
export type Body = Uint8Array<ArrayBuffer> | Blob | object | undefined

export interface CallOptions {
  /** Gives the call up; it then fails with the kind `cancelled`. */
  signal?: AbortSignal
  /** False sends bytes as they are: packing a whole study takes longer than sending it. */
  packed?: boolean
  /** Lets the call outlive the page. */
  keepalive?: boolean
}

/**
 * The app's handler, typed by the schemas of the contract. Paths begin with `/api/`. Every answer is parsed; an empty one
 * parses as null. Every failure is an {@link ApiError}.
 */
export const api = {
  get: <T>(path: string, schema: z.ZodType<T>, options?: CallOptions): Promise<T> =>
    parsed('GET', path, schema, undefined, options),

  post: <T>(path: string, schema: z.ZodType<T>, body?: Body, options?: CallOptions): Promise<T> =>
    parsed('POST', path, schema, body, options),

  put: <T>(path: string, schema: z.ZodType<T>, body?: Body, options?: CallOptions): Promise<T> =>
    parsed('PUT', path, schema, body, options),

  delete: <T>(path: string, schema: z.ZodType<T>, options?: CallOptions): Promise<T> =>
    parsed('DELETE', path, schema, undefined, options),

  /** The bytes of an answer, in a buffer of their own that begins at offset 0: voxels can be viewed on `.buffer`. */
  bytes: async (path: string, options?: CallOptions): Promise<Uint8Array<ArrayBuffer>> => {
    const answer = await send('GET', path, undefined, options)
    return new Uint8Array(await body(path, options, () => answer.arrayBuffer()))
  },

  /** Some of the bytes of an answer, from `offset` on; the rest is not waited for. Fewer where the answer is shorter. */
  part: async (
    path: string,
    { offset, length }: { offset: number; length: number },
    options?: CallOptions
  ): Promise<Uint8Array<ArrayBuffer>> => {
    const answer = await send('GET', path, undefined, options)
    return body(path, options, () => readPart(answer, offset, length))
  }
}

/** A path with its pieces encoded: path`/api/cases/${id}`. */
export function path(strings: TemplateStringsArray, ...values: (string | number)[]): string {
  return String.raw({ raw: strings }, ...values.map((value) => encodeURIComponent(value)))
}

/** An answer that is known to be good, its body not read yet. */
export async function send(
  method: Method,
  path: string,
  content: Body,
  options: CallOptions = {}
): Promise<Response> {
  const answer = await fetchAnswer(method, path, content, options)
  if (answer.ok) return answer
  throw await failureOf(answer, path)
}

async function parsed<T>(
  method: Method,
  path: string,
  schema: z.ZodType<T>,
  content: Body,
  options?: CallOptions
): Promise<T> {
  const answer = await send(method, path, content, options)
  const text = await body(path, options, () => answer.text())
  const value = text === '' ? null : jsonOf(text, path)
  const result = schema.safeParse(value)
  if (result.success) return result.data
  throw new ApiError(
    'answer',
    `${method} ${path} answered what this window does not understand (${firstIssue(result.error)}): reload it`,
    answer.status
  )
}

async function fetchAnswer(
  method: Method,
  path: string,
  content: Body,
  { signal, packed = true, keepalive = false }: CallOptions
): Promise<Response> {
  const request = await bodyOf(content, packed)
  try {
    return await fetch(path, {
      method,
      credentials: 'same-origin',
      cache: 'no-store',
      keepalive,
      ...request,
      ...(signal === undefined ? {} : { signal })
    })
  } catch (error) {
    throw cancelledOr(error, signal, 'Hippospike does not answer: is it still running?')
  }
}

/** Larger bodies travel packed: Electron takes them in slowly, and masks become a hundredth. */
const PACKED_FROM_BYTES = 2 ** 18

async function bodyOf(
  content: Body,
  pack: boolean
): Promise<Pick<RequestInit, 'body' | 'headers'>> {
  if (content === undefined) return {}
  if (content instanceof Uint8Array || content instanceof Blob) {
    const headers = { 'content-type': 'application/octet-stream' }
    const asIs = !pack || (content instanceof Blob && (await isPacked(content)))
    // Read while it is sent, so that the window goes on; but not every Electron hands a blob on from its own scheme.
    if (asIs && content instanceof Blob && location.protocol.startsWith('http')) {
      return { body: content, headers }
    }
    const bytes = content instanceof Blob ? await bytesOf(content) : content
    if (asIs || bytes.byteLength < PACKED_FROM_BYTES) return { body: bytes, headers }
    return { body: await gzipped(bytes), headers: { ...headers, 'content-encoding': 'gzip' } }
  }
  return { body: JSON.stringify(content), headers: { 'content-type': 'application/json' } }
}

/** Whether a file begins as gzip does, or a zip archive. */
async function isPacked(blob: Blob): Promise<boolean> {
  const [first, second] = new Uint8Array(await bytesOf(blob.slice(0, 2)))
  return (first === 0x1f && second === 0x8b) || (first === 0x50 && second === 0x4b)
}

async function bytesOf(blob: Blob): Promise<ArrayBuffer> {
  try {
    return await blob.arrayBuffer()
  } catch (error) {
    throw new ApiError(
      'input',
      'it cannot be read: it is a folder, or it is gone or was changed since it was chosen; give an image file',
      null,
      { cause: error }
    )
  }
}

async function body<T>(path: string, options: CallOptions | undefined, read: () => Promise<T>) {
  try {
    return await read()
  } catch (error) {
    throw cancelledOr(error, options?.signal, `the answer to ${path} broke off: try again`)
  }
}

function cancelledOr(error: unknown, signal: AbortSignal | undefined, message: string): ApiError {
  return signal?.aborted === true
    ? new ApiError('cancelled', 'cancelled', null, { cause: error })
    : new ApiError('unreachable', message, null, { cause: error })
}

function jsonOf(text: string, path: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new ApiError('answer', `${path} answered no JSON: ${messageOf(error)}`, null, {
      cause: error
    })
  }
}

async function failureOf(answer: Response, path: string): Promise<ApiError> {
  const { status } = answer
  const text = await answer.text().catch(() => '')
  try {
    const failure = apiFailureSchema.parse(JSON.parse(text))
    return new ApiError(failure.error.kind, failure.error.message, status)
  } catch {
    if (status === 401 || status === 403) {
      return new ApiError(
        'usage',
        'this page is not signed in: open the address that `hippospike serve` printed',
        status
      )
    }
    return new ApiError('internal', `${path} answered ${String(status)} without saying why`, status)
  }
}

async function readPart(
  answer: Response,
  offset: number,
  length: number
): Promise<Uint8Array<ArrayBuffer>> {
  const wanted = new Uint8Array(length)
  const reader = answer.body?.getReader()
  let position = 0
  let filled = 0
  if (reader === undefined) return wanted.subarray(0, 0)
  while (filled < length) {
    const { done, value } = await reader.read()
    if (done) break
    const from = Math.max(0, offset - position)
    if (from < value.length) {
      const piece = value.subarray(from, from + length - filled)
      wanted.set(piece, filled)
      filled += piece.length
    }
    position += value.length
  }
  await reader.cancel().catch(() => undefined)
  return wanted.subarray(0, filled)
}
