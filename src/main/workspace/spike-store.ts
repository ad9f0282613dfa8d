import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { HippospikeError } from '../../shared/errors'
import { firstIssue, oneLine } from '../../shared/issues'
import { maskBytes, type LayerSpikes } from '../../core/spikes'
import { voxelCount } from '../../core/volume/geometry'
import {
  INDEX_FILE,
  SPIKE_STORE_VERSION,
  spikeStoreIndexSchema,
  type SpikeStoreIndex,
  type StoredFile,
  type StoredLayer
} from './spike-store-index'

export { mappingOf, type SpikeStoreIndex, type StoredLayer } from './spike-store-index'
export { writeSpikeStore, type SpikeRecording } from './spike-store-write'

/** The spikes of one segmentation, read from its folder as they are asked for. */
export interface SpikeStore {
  readonly index: SpikeStoreIndex
  /** @throws HippospikeError (usage) for a layer that is not there, (input) for a damaged file */
  layer(name: string): Promise<LayerSpikes>
  /** The output's current at each timestep, each [nz, ny, nx, K] on the canonical grid. */
  steps(): Promise<Float32Array[]>
  /** The padded image as it went in, x fastest. */
  input(): Promise<Float32Array>
}

/**
 * Opens the spikes of a segmentation. Files are checked against their hashes when they are read, and are read once.
 *
 * @throws HippospikeError (input) where the folder has no spikes, or they are damaged or of a newer version
 */
export async function openSpikeStore(dir: string): Promise<SpikeStore> {
  const index = await readIndex(dir)
  const layers = index.layers.map((stored): [string, () => Promise<LayerSpikes>] => [
    stored.name,
    once(() => readLayer(dir, stored, index.timesteps))
  ])
  const byName = new Map(layers)
  return {
    index,
    async layer(name) {
      const read = byName.get(name)
      if (read) return read()
      const known = layers.map(([one]) => one).join(', ')
      throw new HippospikeError('usage', `no spiking layer is called ${name}; there are ${known}`)
    },
    steps: once(() => readSteps(dir, index)),
    input: once(() => readFloats(dir, index.input, voxelCount(index.paddedSize)))
  }
}

async function readIndex(dir: string): Promise<SpikeStoreIndex> {
  const path = join(dir, INDEX_FILE)
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new HippospikeError('input', `${dir} holds no spikes; segment the case again`, { cause })
  })
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (cause) {
    const why = oneLine(cause instanceof Error ? cause.message : String(cause))
    throw new HippospikeError('input', `${path} is not JSON (${why}); segment the case again`, {
      cause
    })
  }
  const version = (json as { version?: unknown } | null)?.version
  if (typeof version === 'number' && version > SPIKE_STORE_VERSION) {
    throw new HippospikeError(
      'input',
      `${path} has version ${version}, this program reads up to ${SPIKE_STORE_VERSION}; update Hippospike`
    )
  }
  const parsed = spikeStoreIndexSchema.safeParse(json)
  if (parsed.success) return parsed.data
  throw new HippospikeError(
    'input',
    `${path} does not describe spikes: ${firstIssue(parsed.error)}; segment the case again`
  )
}

async function readLayer(
  dir: string,
  { name, level, size, channels, file, hasNegative }: StoredLayer,
  timesteps: number
): Promise<LayerSpikes> {
  const bytes = maskBytes({ size, channels, timesteps })
  const masks = await readChecked(dir, file, hasNegative ? 2 * bytes : bytes)
  return {
    name,
    level,
    size,
    channels,
    timesteps,
    positive: masks.subarray(0, bytes),
    negative: hasNegative ? masks.subarray(bytes) : null
  }
}

async function readSteps(dir: string, index: SpikeStoreIndex): Promise<Float32Array[]> {
  const length = voxelCount(index.canonical.size) * index.classes
  const values = await readFloats(dir, index.output, length * index.timesteps)
  return Array.from({ length: index.timesteps }, (_, t) =>
    values.subarray(t * length, (t + 1) * length)
  )
}

async function readFloats(dir: string, file: StoredFile, length: number): Promise<Float32Array> {
  const bytes = await readChecked(dir, file, 4 * length)
  return new Float32Array(bytes.buffer)
}

/** In a buffer of its own, which is aligned. */
async function readChecked(
  dir: string,
  { name, bytes, sha256 }: StoredFile,
  expected: number
): Promise<Uint8Array<ArrayBuffer>> {
  const path = join(dir, name)
  const again = 'segment the case again'
  const content = await readFile(path).catch((cause: unknown) => {
    const code = (cause as NodeJS.ErrnoException).code ?? 'unknown error'
    throw new HippospikeError('input', `${path} cannot be read (${code}); ${again}`, { cause })
  })
  if (content.length !== bytes || bytes !== expected) {
    throw new HippospikeError(
      'input',
      `${path} has ${content.length} bytes instead of ${expected}; ${again}`
    )
  }
  if (createHash('sha256').update(content).digest('hex') !== sha256) {
    throw new HippospikeError('input', `${path} is damaged: its SHA-256 has changed; ${again}`)
  }
  return Uint8Array.from(content)
}

/** Reads at the first call; a reading that failed is tried again. */
function once<T>(read: () => Promise<T>): () => Promise<T> {
  let value: Promise<T> | null = null
  return () => {
    value ??= read().catch((cause: unknown) => {
      value = null
      throw cause
    })
    return value
  }
}
