import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import type { TrainingState } from '../../../core/training/train'
import { writeFileAtomic } from '../../workspace/atomic-write'

const HEADER_LENGTH_BYTES = 4

const headerSchema = z.strictObject({
  format: z.literal('hippospike-checkpoint'),
  version: z.literal(2),
  /** Hash of everything that must be the same for the run to go on: settings, data, starting weights. */
  fingerprint: z.string(),
  epochsDone: z.int().min(0),
  optimiserStep: z.int().min(0),
  best: z
    .strictObject({
      epoch: z.int(),
      score: z.number(),
      dice: z.strictObject({ anterior: z.number(), posterior: z.number(), whole: z.number() })
    })
    .nullable(),
  parameters: z.int().positive(),
  /** Of all of the header but this, and the arrays behind it. */
  sha256: z.string()
})
type Header = z.infer<typeof headerSchema>

/**
 * Writes the state of a training run as one file, so that it is there whole or not at all: the length of the header (uint32), the header
 * (JSON), then parameters, their moving average, first and second moments and the best parameters (float32).
 */
export async function writeCheckpoint(
  path: string,
  state: TrainingState,
  fingerprint: string
): Promise<void> {
  const arrays = [state.values, state.average, state.adamW.first, state.adamW.second]
  if (state.best) arrays.push(state.best.values)
  const body = Buffer.concat(
    arrays.map((array) => Buffer.from(array.buffer, array.byteOffset, array.byteLength))
  )
  const fields: Omit<Header, 'sha256'> = {
    format: 'hippospike-checkpoint',
    version: 2,
    fingerprint,
    epochsDone: state.epochsDone,
    optimiserStep: state.adamW.step,
    best: state.best && { epoch: state.best.epoch, score: state.best.score, dice: state.best.dice },
    parameters: state.values.length
  }
  const header: Header = { ...fields, sha256: sha256(fields, body) }
  const text = Buffer.from(JSON.stringify(header))
  const length = Buffer.alloc(HEADER_LENGTH_BYTES)
  length.writeUInt32LE(text.length)
  await writeFileAtomic(path, Buffer.concat([length, text, body]))
}

/**
 * Reads a checkpoint.
 *
 * @returns null where there is none; `reason` where it cannot be used, being damaged or of another run
 */
export async function readCheckpoint(
  path: string,
  fingerprint: string,
  parameters: number
): Promise<{ state: TrainingState } | { reason: string } | null> {
  let bytes: Buffer
  try {
    bytes = await readFile(path)
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw cause
  }
  const damaged = { reason: 'it is damaged' }
  if (bytes.length < HEADER_LENGTH_BYTES) return damaged
  const start = HEADER_LENGTH_BYTES + bytes.readUInt32LE()
  const header = headerSchema.safeParse(parseJson(bytes.subarray(HEADER_LENGTH_BYTES, start)))
  if (!header.success) return damaged
  const { data } = header
  const body = bytes.subarray(start)
  const { sha256: stored, ...fields } = data
  if (sha256(fields, body) !== stored) return damaged
  if (data.fingerprint !== fingerprint || data.parameters !== parameters) {
    return { reason: 'it belongs to a run with other settings, data or starting weights' }
  }
  const all = new Float32Array(Uint8Array.from(body).buffer)
  const part = (index: number): Float32Array =>
    all.slice(index * parameters, (index + 1) * parameters)
  return {
    state: {
      epochsDone: data.epochsDone,
      values: part(0),
      average: part(1),
      adamW: { step: data.optimiserStep, first: part(2), second: part(3) },
      best: data.best && { ...data.best, values: part(4) }
    }
  }
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8'))
  } catch {
    return null
  }
}

function sha256(fields: Omit<Header, 'sha256'>, body: Uint8Array): string {
  return createHash('sha256').update(JSON.stringify(fields)).update(body).digest('hex')
}
