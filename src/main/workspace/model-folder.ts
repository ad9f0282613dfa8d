import { createHash } from 'node:crypto'
import { readdir, readFile, rename, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { HippospikeError } from '../../shared/errors'
import { firstIssue, oneLine } from '../../shared/issues'
import {
  MODEL_FORMAT_VERSION,
  modelManifestSchema,
  type Model,
  type ModelManifest
} from '../../shared/model'
import { checkTensors } from '../../core/snn/model-parameters'
import { makeFolder, OutputSet, outputError, writeFileAtomic } from './atomic-write'
import { removeQuietly } from './temporary-file'

export const MANIFEST_FILE = 'model.json'
export const WEIGHTS_FILE = 'weights.bin'
export const CARD_FILE = 'README.md'

/** Weights that model.json may name already while weights.bin still holds those before them. */
const ARRIVING = /^weights-[0-9a-f]{64}\.bin$/

const FLOAT_BYTES = 4

/** Larger than any model.json: what is larger is not read into memory to find that out. */
const MOST_MANIFEST_BYTES = 4 * 2 ** 20

/**
 * Reads and checks model.json alone.
 *
 * @throws HippospikeError (input) for a missing, damaged, foreign or newer one
 */
export async function readManifest(dir: string): Promise<ModelManifest> {
  const path = join(dir, MANIFEST_FILE)
  const size = await sizeOf(dir, MANIFEST_FILE)
  if (size > MOST_MANIFEST_BYTES) {
    throw new HippospikeError(
      'input',
      `${path} has ${size} bytes, ${MOST_MANIFEST_BYTES} are the most; get the model again`
    )
  }
  const text = (await readModelFile(dir, MANIFEST_FILE)).toString('utf8')
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (cause) {
    const why = oneLine(cause instanceof Error ? cause.message : String(cause))
    throw new HippospikeError('input', `${path} is not JSON (${why}); get the model again`, {
      cause
    })
  }
  const version = (json as { version?: unknown } | null)?.version
  if (typeof version === 'number' && version > MODEL_FORMAT_VERSION) {
    throw new HippospikeError(
      'input',
      `${path} has version ${version}, this program reads up to ${MODEL_FORMAT_VERSION}; update Hippospike`
    )
  }
  const parsed = modelManifestSchema.safeParse(json)
  if (!parsed.success) {
    throw new HippospikeError(
      'input',
      `${path} is not a model description: ${firstIssue(parsed.error)}; get the model again`
    )
  }
  checkTensors(parsed.data)
  return parsed.data
}

/**
 * Reads a model folder: model.json and weights.bin, checked against each other by size and SHA-256.
 *
 * @throws HippospikeError (input) naming the file and what is wrong with it
 */
export async function readModel(dir: string): Promise<Model> {
  const manifest = await readManifest(dir)
  const path = join(dir, WEIGHTS_FILE)
  const sizes = manifest.weights.map(({ shape }) => shape.reduce((product, n) => product * n, 1))
  const expected = FLOAT_BYTES * sizes.reduce((sum, size) => sum + size, 0)
  const arriving = await readArriving(dir, manifest)
  const length = arriving?.length ?? (await sizeOf(dir, WEIGHTS_FILE))
  if (length !== expected) {
    throw new HippospikeError(
      'input',
      `${path} has ${length} bytes, model.json asks for ${expected}; get the model again`
    )
  }
  const bytes = arriving ?? (await readModelFile(dir, WEIGHTS_FILE))
  if (sha256(bytes) !== manifest.weightsSha256) {
    throw new HippospikeError(
      'input',
      `${path} is damaged: its SHA-256 is not the one in model.json; get the model again`
    )
  }
  // A copy of its own is aligned, which a view into a pooled Buffer need not be.
  const values = new Float32Array(Uint8Array.from(bytes).buffer)
  const weights: Model['weights'] = new Map()
  let offset = 0
  manifest.weights.forEach(({ name, shape }, i) => {
    weights.set(name, { shape, values: values.slice(offset, offset + sizes[i]!) })
    offset += sizes[i]!
  })
  return { manifest, weights }
}

/**
 * Writes a model folder, over an older model too. The weights wait under a name that tells their hash until model.json names it; only then do
 * they replace the older ones. So the folder holds one whole model at every moment, whenever the process is killed.
 *
 * @param manifest without the fields that follow from the tensors
 * @param card text of README.md
 * @throws HippospikeError (output)
 */
export async function writeModel(
  dir: string,
  manifest: Omit<ModelManifest, 'format' | 'version' | 'weights' | 'weightsSha256'>,
  tensors: readonly { name: string; shape: number[]; values: Float32Array }[],
  card: string
): Promise<ModelManifest> {
  const bytes = Buffer.concat(
    tensors.map(({ values }) => Buffer.from(values.buffer, values.byteOffset, values.byteLength))
  )
  const full = modelManifestSchema.parse({
    format: 'hippospike-model',
    version: MODEL_FORMAT_VERSION,
    ...manifest,
    weights: tensors.map(({ name, shape }) => ({ name, shape, dtype: 'float32' })),
    weightsSha256: sha256(bytes)
  } satisfies ModelManifest)
  checkTensors(full)
  await makeFolder(dir)
  const arriving = join(dir, arrivingName(full))
  const outputs = new OutputSet()
  try {
    await writeFileAtomic(arriving, bytes, { outputs })
    await writeFileAtomic(join(dir, CARD_FILE), card, { outputs })
    await writeFileAtomic(join(dir, MANIFEST_FILE), `${JSON.stringify(full, null, 2)}\n`, {
      outputs
    })
    outputs.keep()
  } finally {
    outputs.undo()
  }
  await rename(arriving, join(dir, WEIGHTS_FILE)).catch((cause: unknown) => {
    throw outputError(join(dir, WEIGHTS_FILE), cause)
  })
  await removeArriving(dir)
  return full
}

/** Whether a file of a model folder is such weights. */
export function isArriving(name: string): boolean {
  return ARRIVING.test(name)
}

function arrivingName({ weightsSha256 }: ModelManifest): string {
  return `weights-${weightsSha256}.bin`
}

/** The weights that a writing killed after its model.json has left under their first name; null, as a rule, where there are none. */
async function readArriving(dir: string, manifest: ModelManifest): Promise<Buffer | null> {
  const bytes = await readFile(join(dir, arrivingName(manifest))).catch(() => null)
  return bytes !== null && sha256(bytes) === manifest.weightsSha256 ? bytes : null
}

/** Removes what writings that were killed before their model.json have left. */
async function removeArriving(dir: string): Promise<void> {
  for (const name of await readdir(dir)) if (isArriving(name)) removeQuietly(join(dir, name))
}

function readModelFile(dir: string, name: string): Promise<Buffer> {
  return orWhy(dir, name, () => readFile(join(dir, name)))
}

function sizeOf(dir: string, name: string): Promise<number> {
  return orWhy(dir, name, async () => (await stat(join(dir, name))).size)
}

/** @throws HippospikeError (input) saying why a file of a model cannot be read */
async function orWhy<T>(dir: string, name: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read()
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code
    const why =
      code === 'ENOENT' || code === 'ENOTDIR'
        ? ` has no ${name}`
        : `: ${name} cannot be read (${code})`
    throw new HippospikeError(
      'input',
      `model folder ${dir}${why}; a model is a folder with ${MANIFEST_FILE} and ${WEIGHTS_FILE}`,
      { cause }
    )
  }
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}
