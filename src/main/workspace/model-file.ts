import { randomUUID } from 'node:crypto'
import { readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { openPromise, type Entry, type ZipFile as OpenZip } from 'yauzl'
import { ZipFile } from 'yazl'
import type { ModelSummary } from '../../shared/api/about'
import { HippospikeError } from '../../shared/errors'
import { oneLine } from '../../shared/issues'
import type { ModelManifest } from '../../shared/model'
import { makeFolder, outputError, writeFileAtomic } from './atomic-write'
import { crc32 } from './crc32'
import { ensureDerivatives } from './folder'
import { incomingFolder, workspaceModels } from './layout'
import { CARD_FILE, MANIFEST_FILE, readManifest, readModel, WEIGHTS_FILE } from './model-folder'
import { findModel } from './model-list'
import { freeModelId } from './site-models'

const CURVES_FILE = 'curves.jsonl'
const MEBIBYTE = 2 ** 20

/** The files of a model, in the order that they are packed, and what none of them is larger than. */
const MOST_BYTES: Readonly<Record<string, number>> = {
  [MANIFEST_FILE]: 4 * MEBIBYTE,
  [CARD_FILE]: MEBIBYTE,
  [CURVES_FILE]: 32 * MEBIBYTE,
  [WEIGHTS_FILE]: 256 * MEBIBYTE
}
const NAMES = Object.keys(MOST_BYTES)

/** Larger than the largest model. */
export const MODEL_FILE_MEBIBYTES = 300

/** A constant, so that a model is the same file whenever it is packed. */
const PACKED_AT = new Date(2026, 0, 1)

/**
 * A model as one file: a zip archive, not compressed, of what its folder holds.
 *
 * @param dir folder of the model
 * @throws HippospikeError (input) where that is damaged
 */
export async function modelFileBytes(dir: string): Promise<Buffer> {
  // Read whole, so that nothing damaged is handed on.
  const { weights } = await readModel(dir)
  const values = [...weights.values()].map(
    ({ values: { buffer: bytes, byteOffset, byteLength } }) =>
      Buffer.from(bytes, byteOffset, byteLength)
  )
  const zip = new ZipFile()
  for (const name of NAMES) {
    const bytes =
      name === WEIGHTS_FILE
        ? Buffer.concat(values)
        : await readFile(join(dir, name)).catch(() => null)
    if (bytes !== null) zip.addBuffer(bytes, name, { mtime: PACKED_AT, compress: false })
  }
  zip.end()
  return buffer(zip.outputStream)
}

/**
 * Takes a model of a file into a workspace. Nothing of the file is believed: only the names of a model's files are taken, none is unpacked
 * further than it may be large, and what comes out is checked as any model is. A model whose id is taken gets another. It is there whole or
 * not at all.
 *
 * @param shipped folder of the models that come with the program
 * @throws HippospikeError (input) naming what is wrong with the file; (output) where it cannot be kept
 */
export async function importModelFile(
  root: string,
  shipped: string,
  path: string
): Promise<ModelSummary> {
  const staging = join(incomingFolder(root), randomUUID())
  await ensureDerivatives(root)
  await makeFolder(staging)
  try {
    const manifest = await unpack(path, staging)
    const id = await freeModelId(root, shipped, manifest.id)
    if (id !== manifest.id) {
      const renamed = { ...manifest, id } satisfies ModelManifest
      await writeFileAtomic(join(staging, MANIFEST_FILE), `${JSON.stringify(renamed, null, 2)}\n`)
    }
    await makeFolder(workspaceModels(root))
    const target = join(workspaceModels(root), id)
    await rename(staging, target).catch((cause: unknown) => {
      throw outputError(target, cause)
    })
    return (await findModel(id, shipped, root)).summary
  } catch (thrown) {
    throw named(thrown, staging, path)
  } finally {
    await rm(staging, { recursive: true, force: true }).catch(() => undefined)
  }
}

/** Writes the files of a model file into a folder. @returns its description, checked with the weights */
async function unpack(path: string, folder: string): Promise<ModelManifest> {
  const { size } = await stat(path).catch((cause: unknown) => {
    throw badFile(path, 'cannot be read; check the path', cause)
  })
  if (size > MODEL_FILE_MEBIBYTES * MEBIBYTE) {
    throw badFile(path, `is larger than ${MODEL_FILE_MEBIBYTES} MiB, which no model is`)
  }
  let zip: OpenZip | null = null
  try {
    zip = await openPromise(path, { autoClose: false, strictFileNames: true })
    const entries = await entriesOf(path, zip)
    for (const name of [MANIFEST_FILE, CARD_FILE, CURVES_FILE]) {
      const entry = entries.get(name)
      if (entry !== undefined) await unpackEntry(path, zip, entry, folder, MOST_BYTES[name]!)
    }
    // Its shapes say how large the weights are, before a byte of them is read.
    const manifest = await readManifest(folder)
    await unpackEntry(path, zip, entries.get(WEIGHTS_FILE)!, folder, weightBytes(manifest))
    await readModel(folder)
    return manifest
  } catch (thrown) {
    if (thrown instanceof HippospikeError) throw thrown
    const why = oneLine(thrown instanceof Error ? thrown.message : String(thrown))
    throw badFile(path, `cannot be read as a model file (${why}); get the file again`, thrown)
  } finally {
    zip?.close()
  }
}

/** The entries by name: a model's files, each once, and no others. */
async function entriesOf(path: string, zip: OpenZip): Promise<Map<string, Entry>> {
  const entries = new Map<string, Entry>()
  for await (const entry of zip.eachEntry()) {
    const { fileName, uncompressedSize } = entry
    const most = Object.hasOwn(MOST_BYTES, fileName) ? MOST_BYTES[fileName]! : null
    if (most === null) {
      const shown = JSON.stringify(fileName.slice(0, 80))
      throw badFile(path, `holds ${shown}; a model file holds ${NAMES.join(', ')} and nothing else`)
    }
    if (entries.has(fileName)) throw badFile(path, `holds ${fileName} twice; get the file again`)
    if (entry.isEncrypted()) throw badFile(path, 'is encrypted; pack it again without a password')
    if (uncompressedSize > most) {
      throw badFile(path, `holds a ${fileName} of ${uncompressedSize} bytes; ${most} are the most`)
    }
    entries.set(fileName, entry)
  }
  for (const name of [MANIFEST_FILE, WEIGHTS_FILE]) {
    if (!entries.has(name)) throw badFile(path, `holds no ${name}; export the model again`)
  }
  return entries
}

/** @param most bytes; an entry that has more, whatever it says, is refused */
async function unpackEntry(
  path: string,
  zip: OpenZip,
  entry: Entry,
  folder: string,
  most: number
): Promise<void> {
  const { fileName } = entry
  const chunks: Buffer[] = []
  let length = 0
  // Leaving the loop early ends the stream, and with it the unpacking.
  for await (const chunk of (await zip.openReadStreamPromise(entry)) as AsyncIterable<Buffer>) {
    length += chunk.length
    if (length > most) {
      throw badFile(path, `holds a ${fileName} of more than the ${most} bytes that it may have`)
    }
    chunks.push(chunk)
  }
  const bytes = Buffer.concat(chunks)
  if (crc32(bytes) !== entry.crc32) {
    throw badFile(path, `is damaged: the checksum of ${fileName} is wrong; get the file again`)
  }
  // The name is one of ours, compared with the known ones before.
  const target = join(folder, fileName)
  await writeFile(target, bytes, { flag: 'wx', flush: true }).catch((cause: unknown) => {
    throw outputError(target, cause)
  })
}

function weightBytes({ weights }: ModelManifest): number {
  const numbers = weights.map(({ shape }) => shape.reduce((product, n) => product * n, 1))
  const bytes = Float32Array.BYTES_PER_ELEMENT * numbers.reduce((sum, n) => sum + n, 0)
  return Math.min(bytes, MOST_BYTES[WEIGHTS_FILE]!)
}

function badFile(path: string, problem: string, cause?: unknown): HippospikeError {
  return new HippospikeError('input', `${path}: ${problem}`, { cause })
}

/** An error about a folder of ours as one about the file that the user knows. */
function named(thrown: unknown, staging: string, path: string): unknown {
  if (!(thrown instanceof HippospikeError) || !thrown.message.includes(staging)) return thrown
  const message = thrown.message
    .replaceAll(`model folder ${staging}`, path)
    .replaceAll(staging, basename(path))
  return new HippospikeError(thrown.kind, message, { cause: thrown })
}
