import { openPromise, type Entry, type ZipFile } from 'yauzl'
import { oneLine } from '../../../shared/issues'
import { badInput } from '../image-checks'
import type { DicomFile } from './file'

const MAX_ENTRIES = 100_000

export interface OpenZip {
  files: DicomFile[]
  close(): void
}

/**
 * The files of a zip archive, sorted by name. Nothing is unpacked to disk, so no name of an entry can lead out of anywhere
 * and no copy of a patient's data stays behind; an entry is unpacked in memory, and no further than is asked for, so a
 * "zip bomb" costs nothing.
 *
 * @throws HippospikeError (input) where it is no zip archive, damaged, encrypted, or names files outside itself
 */
export async function openZip(path: string): Promise<OpenZip> {
  let zip: ZipFile | null = null
  try {
    zip = await openPromise(path, { autoClose: false })
    const opened = zip
    const entries: Entry[] = []
    for await (const entry of zip.eachEntry()) {
      if (entry.fileName.endsWith('/')) continue
      if (entry.isEncrypted()) {
        throw badInput(path, 'is encrypted; unpack it with its password and give the folder')
      }
      if (entries.push(entry) > MAX_ENTRIES) {
        throw badInput(path, `holds more than ${MAX_ENTRIES} files; pack one study alone`)
      }
    }
    entries.sort((a, b) => (a.fileName < b.fileName ? -1 : 1))
    const files = entries.map((entry) => zipEntry(path, opened, entry))
    return { files, close: () => opened.close() }
  } catch (thrown) {
    zip?.close()
    throw zipError(path, thrown)
  }
}

function zipEntry(path: string, zip: ZipFile, entry: Entry): DicomFile {
  return {
    name: entry.fileName,
    path: `${path}/${entry.fileName}`,
    size: entry.uncompressedSize,
    read: (limit) => firstBytes(zip, entry, limit)
  }
}

async function firstBytes(zip: ZipFile, entry: Entry, limit: number): Promise<Uint8Array> {
  const stream = await zip.openReadStreamPromise(entry)
  const chunks: Buffer[] = []
  let length = 0
  // Leaving the loop early ends the stream, and with it the unpacking.
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    chunks.push(chunk)
    length += chunk.length
    if (length >= limit) break
  }
  return Buffer.concat(chunks).subarray(0, limit)
}

function zipError(path: string, thrown: unknown): Error {
  if (thrown instanceof Error && thrown.name === 'HippospikeError') return thrown
  const reason = oneLine(thrown instanceof Error ? thrown.message : String(thrown))
  return badInput(
    path,
    `cannot be read as a zip archive (${reason}); pack or download it again`,
    thrown
  )
}
