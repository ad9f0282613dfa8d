import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { diceSchema } from '../../../shared/training'
import type { TrainingState } from '../../../core/training/train'

const HEADER_LENGTH_BYTES = 4
const VERSION = 3

/** Of any version. */
const anyHeaderSchema = z.looseObject({
  format: z.literal('hippospike-checkpoint'),
  version: z.int(),
  sha256: z.string()
})
const headerSchema = z.strictObject({
  format: z.literal('hippospike-checkpoint'),
  version: z.literal(VERSION),
  /** Hash of everything that must be the same for the run to go on: settings, data, starting weights. */
  fingerprint: z.string(),
  epochsDone: z.int().min(0),
  stepsDone: z.int().min(0),
  lossSum: z.number(),
  optimiserStep: z.int().min(0),
  best: z.strictObject({ epoch: z.int(), score: z.number(), dice: diceSchema }).nullable(),
  parameters: z.int().positive(),
  /** Of all of the header but this, and the arrays behind it. */
  sha256: z.string()
})
type Header = z.infer<typeof headerSchema>

/** What a checkpoint is read as: a state, or why it cannot be used. Only what is `damaged` may have a good one before it. */
export type ReadCheckpoint = { state: TrainingState } | { reason: string; damaged: boolean }

/**
 * A checkpoint's bytes: the length of the header (uint32), the header (JSON), then parameters, their moving average, first and second moments
 * and the best parameters (float32).
 */
export function checkpointBytes(state: TrainingState, fingerprint: string): Buffer {
  const arrays = [state.values, state.average, state.adamW.first, state.adamW.second]
  if (state.best) arrays.push(state.best.values)
  const body = Buffer.concat(
    arrays.map((array) => Buffer.from(array.buffer, array.byteOffset, array.byteLength))
  )
  const fields: Omit<Header, 'sha256'> = {
    format: 'hippospike-checkpoint',
    version: VERSION,
    fingerprint,
    epochsDone: state.epochsDone,
    stepsDone: state.stepsDone,
    lossSum: state.lossSum,
    optimiserStep: state.adamW.step,
    best: state.best && { epoch: state.best.epoch, score: state.best.score, dice: state.best.dice },
    parameters: state.values.length
  }
  const header: Header = { ...fields, sha256: sha256(fields, body) }
  const text = Buffer.from(JSON.stringify(header))
  const length = Buffer.alloc(HEADER_LENGTH_BYTES)
  length.writeUInt32LE(text.length)
  return Buffer.concat([length, text, body])
}

/**
 * Reads a checkpoint.
 *
 * @returns null where there is none
 */
export async function readCheckpoint(
  path: string,
  fingerprint: string,
  parameters: number
): Promise<ReadCheckpoint | null> {
  let bytes: Buffer
  try {
    bytes = await readFile(path)
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    if (code === 'ENOENT') return null
    return { reason: `it cannot be read (${code})`, damaged: true }
  }
  const damaged = { reason: 'it is damaged', damaged: true }
  if (bytes.length < HEADER_LENGTH_BYTES) return damaged
  const start = HEADER_LENGTH_BYTES + bytes.readUInt32LE()
  const json = anyHeaderSchema.safeParse(parseJson(bytes.subarray(HEADER_LENGTH_BYTES, start)))
  if (!json.success) return damaged
  const body = bytes.subarray(start)
  const { sha256: stored, ...fields } = json.data
  if (sha256(fields, body) !== stored) return damaged
  if (json.data.version !== VERSION) {
    return { reason: 'another version of Hippospike wrote it', damaged: false }
  }
  const header = headerSchema.safeParse(json.data)
  if (!header.success) return damaged
  const { data } = header
  if (data.fingerprint !== fingerprint || data.parameters !== parameters) {
    return {
      reason: 'it belongs to a run with other settings, data or starting weights',
      damaged: false
    }
  }
  const all = new Float32Array(Uint8Array.from(body).buffer)
  const part = (index: number): Float32Array =>
    all.slice(index * parameters, (index + 1) * parameters)
  return {
    state: {
      epochsDone: data.epochsDone,
      stepsDone: data.stepsDone,
      lossSum: data.lossSum,
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

function sha256(fields: object, body: Uint8Array): string {
  return createHash('sha256').update(JSON.stringify(fields)).update(body).digest('hex')
}
