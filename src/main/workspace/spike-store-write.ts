import { createHash } from 'node:crypto'
import { join } from 'node:path'
import type { Triple } from '../../shared/geometry'
import type { EventPrecision } from '../../shared/jobs'
import type { ModelManifest } from '../../shared/model'
import { countSpikes, peakCount, type LayerSpikes } from '../../core/spikes'
import type { Roi } from '../../core/volume/crop'
import type { CanonicalMapping } from '../../core/volume/resample'
import { makeFolder, writeFileAtomic, type WriteOptions } from './atomic-write'
import {
  INDEX_FILE,
  SPIKE_STORE_VERSION,
  spikeStoreIndexSchema,
  type SpikeStoreIndex,
  type StoredFile,
  type StoredLayer
} from './spike-store-index'

/** What a segmentation by a spiking model on the event runtime leaves to look at. */
export interface SpikeRecording {
  manifest: ModelManifest
  /** Asked for; what was run follows from `steps`. */
  timesteps: number
  precision: EventPrecision
  layers: Omit<LayerSpikes, 'timesteps'>[]
  /** The output's current at each timestep that was run, each [nz, ny, nx, K] on the canonical grid. */
  steps: Float32Array[]
  classes: number
  imageSize: Triple
  roi: Roi | null
  mapping: CanonicalMapping
  paddedSize: Triple
  paddedOffset: Triple
  /** The padded image as it went in, x fastest. */
  paddedInput: Float32Array
}

/**
 * Writes the spikes of a segmentation into a folder: a file of masks a layer, the output's currents, the network's input, and last
 * `index.json`, without which the folder counts as empty.
 *
 * @throws HippospikeError (output)
 */
export async function writeSpikeStore(
  dir: string,
  recording: SpikeRecording,
  options: Pick<WriteOptions, 'overwrite' | 'outputs'> = {}
): Promise<SpikeStoreIndex> {
  const { manifest, mapping, steps } = recording
  await makeFolder(dir, options.outputs)
  const write = async (name: string, parts: (Uint8Array | Float32Array)[]): Promise<StoredFile> => {
    const bytes = Buffer.concat(parts.map(bytesOf))
    await writeFileAtomic(join(dir, name), bytes, options)
    return { name, bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') }
  }
  const layers: StoredLayer[] = []
  for (const recorded of recording.layers) {
    const layer = { ...recorded, timesteps: steps.length }
    const { name, level, size, channels, positive, negative } = layer
    layers.push({
      name,
      level,
      size,
      channels,
      spikes: countSpikes(layer),
      peak: peakCount(layer),
      file: await write(`${name}.bin`, [positive, ...(negative ? [negative] : [])]),
      hasNegative: negative !== null
    })
  }
  const index = spikeStoreIndexSchema.parse({
    format: 'hippospike-spikes',
    version: SPIKE_STORE_VERSION,
    model: {
      id: manifest.id,
      weightsSha256: manifest.weightsSha256,
      mode: manifest.spiking!.mode,
      timesteps: recording.timesteps,
      precision: recording.precision
    },
    timesteps: steps.length,
    classes: recording.classes,
    imageSize: recording.imageSize,
    roi: recording.roi,
    source: mapping.source,
    canonical: mapping.canonical,
    order: mapping.exact,
    paddedSize: recording.paddedSize,
    paddedOffset: recording.paddedOffset,
    layers,
    output: await write('output.bin', steps),
    input: await write('input.bin', [recording.paddedInput])
  } satisfies SpikeStoreIndex)
  await writeFileAtomic(join(dir, INDEX_FILE), `${JSON.stringify(index)}\n`, options)
  return index
}

/** Copies what may lie in shared memory, which Node's hashing and writing refuse. */
function bytesOf(values: Uint8Array | Float32Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength).slice()
}
