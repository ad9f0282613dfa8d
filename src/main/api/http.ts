import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import type { Context } from 'hono'
import type { z } from 'zod'
import { toHippospikeError, HippospikeError, type FailureKind } from '../../shared/errors'
import type { ApiFailure } from '../../shared/api/failure'
import { firstIssue } from '../../shared/issues'
import { MissingError } from '../workspace/missing'

type FailureStatus = 400 | 401 | 403 | 404 | 405 | 409 | 413 | 422 | 500 | 507

/** A failure with a status that its kind alone does not give. */
export class HttpFailure extends HippospikeError {
  constructor(
    readonly status: FailureStatus,
    kind: FailureKind,
    message: string
  ) {
    super(kind, message)
  }
}

const STATUS: Readonly<Record<FailureKind, FailureStatus>> = {
  internal: 500,
  usage: 400,
  input: 422,
  output: 507,
  cancelled: 409
}

/** What is answered to a request that failed. */
export function failureResponse(thrown: unknown): Response {
  const failure = toHippospikeError(thrown)
  const status = statusOf(failure)
  const message = failure.message.replace(/\s+/g, ' ').trim() || 'failed without a reason'
  const body: ApiFailure = { error: { kind: failure.kind, message } }
  return Response.json(body, { status })
}

function statusOf(failure: HippospikeError): FailureStatus {
  if (failure instanceof HttpFailure) return failure.status
  return failure instanceof MissingError ? 404 : STATUS[failure.kind]
}

export function notFound(message: string): HttpFailure {
  return new HttpFailure(404, 'input', message)
}

/** Checks an answer against the contract before it leaves, so that a wrong one is our error and not the page's. */
export function answer<T>(schema: z.ZodType<T>, value: T, status: 200 | 201 = 200): Response {
  return Response.json(schema.parse(value), { status })
}

/** Voxels and the like as they lie in memory, little-endian. */
export function bytesResponse(
  values: Uint8Array | Int16Array | Float32Array | Uint32Array
): Response {
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength)
  return new Response(bytes as Uint8Array<ArrayBuffer>, {
    headers: {
      'content-type': 'application/octet-stream',
      'content-length': String(bytes.byteLength)
    }
  })
}

const JSON_MEBIBYTES = 1

/** @throws HippospikeError (usage) where the body is not JSON of the schema */
export async function jsonBody<T>(context: Context, schema: z.ZodType<T>): Promise<T> {
  let json: unknown
  try {
    json = JSON.parse(new TextDecoder().decode(await bodyOf(context, JSON_MEBIBYTES)))
  } catch (thrown) {
    if (thrown instanceof HttpFailure) throw thrown
    throw new HippospikeError('usage', 'the request needs a body of JSON')
  }
  const parsed = schema.safeParse(json)
  if (parsed.success) return parsed.data
  throw new HippospikeError('usage', `the request does not fit: ${firstIssue(parsed.error)}`)
}

/** @throws HippospikeError (usage) where the query does not fit the schema */
export function queryOf<T>(context: Context, schema: z.ZodType<T>): T {
  const parsed = schema.safeParse(context.req.query())
  if (parsed.success) return parsed.data
  throw new HippospikeError('usage', `the query does not fit: ${firstIssue(parsed.error)}`)
}

/** A path parameter; the route that asks for it has it. */
export function pathPart(context: Context, name: string): string {
  return context.req.param(name) ?? ''
}

const gunzipAsync = promisify(gunzip)

const MEBIBYTE = 2 ** 20

/**
 * The body of a request.
 *
 * @param mebibytes that no request of its kind needs more than
 * @throws HttpFailure (413) before a larger one fills the memory
 */
export async function bodyOf(context: Context, mebibytes: number): Promise<Uint8Array> {
  const most = mebibytes * MEBIBYTE
  const tooLarge = (): HttpFailure =>
    new HttpFailure(413, 'usage', `the request's body is larger than ${mebibytes} MiB`)
  if (Number(context.req.header('content-length') ?? 0) > most) throw tooLarge()
  const { body } = context.req.raw
  if (body === null) return new Uint8Array(0)
  // Not every host tells the length beforehand.
  const parts: Uint8Array[] = []
  let length = 0
  const reader = (body as ReadableStream<Uint8Array>).getReader()
  for (;;) {
    const { done, value } = await reader.read()
    if (done) break
    length += value.length
    if (length > most) {
      await reader.cancel().catch(() => undefined)
      throw tooLarge()
    }
    parts.push(value)
  }
  const bytes = Buffer.concat(parts, length)
  const packed = context.req.header('content-encoding') === 'gzip'
  return new Uint8Array(packed ? await unpacked(bytes, most) : bytes)
}

/** Masks travel packed where a host is slow to take bodies in: they become a hundredth. */
async function unpacked(bytes: Uint8Array, most: number): Promise<Uint8Array> {
  try {
    return await gunzipAsync(bytes, { maxOutputLength: most })
  } catch (cause) {
    throw new HippospikeError('usage', "the request's body is not gzip, or unpacks to too much", {
      cause
    })
  }
}

/** The largest image that is read has as many voxels. */
const MASK_MEBIBYTES = 256

/** The body as a mask: a byte a voxel. @throws HippospikeError (usage) where it has not so many */
export async function maskBody(context: Context, voxels: number): Promise<Uint8Array> {
  const bytes = await bodyOf(context, MASK_MEBIBYTES)
  if (bytes.length === voxels) return bytes
  throw new HippospikeError(
    'usage',
    `the body has ${bytes.length} bytes, the image's grid ${voxels} voxels; send one byte a voxel`
  )
}
