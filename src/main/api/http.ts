import type { Context } from 'hono'
import { bodyLimit } from 'hono/body-limit'
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
export function bytesResponse(values: Uint8Array | Float32Array | Uint32Array): Response {
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength)
  return new Response(bytes as Uint8Array<ArrayBuffer>, {
    headers: {
      'content-type': 'application/octet-stream',
      'content-length': String(bytes.byteLength)
    }
  })
}

/** @throws HippospikeError (usage) where the body is not JSON of the schema */
export async function jsonBody<T>(context: Context, schema: z.ZodType<T>): Promise<T> {
  let json: unknown
  try {
    json = await context.req.json()
  } catch {
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

/** The body as bytes. @throws HippospikeError (usage) where it has not so many */
export async function bytesBody(context: Context, expected: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(await context.req.arrayBuffer())
  if (bytes.length === expected) return bytes
  throw new HippospikeError(
    'usage',
    `the body has ${bytes.length} bytes, the image's grid ${expected} voxels; send one byte a voxel`
  )
}

const MEBIBYTE = 2 ** 20

/** Refuses bodies that no request of a kind needs, before they fill the memory. */
export function limitBody(mebibytes: number): ReturnType<typeof bodyLimit> {
  return bodyLimit({
    maxSize: mebibytes * MEBIBYTE,
    onError: () =>
      failureResponse(
        new HttpFailure(413, 'usage', `the request's body is larger than ${mebibytes} MiB`)
      )
  })
}
