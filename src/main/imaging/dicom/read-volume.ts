import { createHash } from 'node:crypto'
import type { Volume } from '../../../core/volume/volume'
import { voxelCount } from '../../../core/volume/geometry'
import { badInput, checkDimensions, checkDirection, checkSpacing } from '../image-checks'
import { unpackFrames } from './codec'
import type { Instance, Slice } from './instance'
import { frameBytes, nativeFrame, type StoredValues } from './native-voxels'
import { packedFrames } from './packed-frames'
import { parseFile } from './tags'
import type { DicomVolume } from './volumes'

/** Bytes of tags a file may hold beside its voxels. */
const TAG_BYTES = 2 ** 27

export interface ReadVolume {
  volume: Volume
  /** SHA-256 over the files, in the order of the slices, in hexadecimal. */
  sha256: string
}

/**
 * Reads the voxels of a volume, rescaled to physical values, on its grid in LPS millimetres.
 *
 * @param path what was given, for messages
 * @param repair read a tilted stack with the nearest orthonormal direction
 * @throws HippospikeError (input) for what its problems tell, and for files that changed or are damaged
 */
export async function readDicomVolume(
  path: string,
  dicom: DicomVolume,
  repair: boolean
): Promise<ReadVolume> {
  const stop = dicom.problems.find(({ severity }) => severity === 'unreadable')
  if (stop !== undefined || dicom.geometry === null) {
    throw badInput(path, `cannot be read as a volume: ${stop?.text ?? 'its slices make no grid'}`)
  }
  checkDimensions(path, dicom.geometry.size)
  checkSpacing(path, dicom.geometry.spacing)
  // A tilted stack is a sheared direction: refused here, unless it may be repaired.
  const geometry = checkDirection(path, dicom.geometry, repair)
  const voxels = new Float32Array(voxelCount(geometry.size))
  const sha256 = await readSlices(path, dicom.slices, (values, slice, place) => {
    const { slope, intercept } = slice
    const start = place * values.length
    for (let n = 0; n < values.length; n++) voxels[start + n] = values[n]! * slope + intercept
  })
  return { volume: { geometry, voxels }, sha256 }
}

type Receive = (values: StoredValues, slice: Slice, place: number) => void

/**
 * Reads stored values slice by slice, each file once.
 *
 * @param receive gets the values of each slice and its place in `slices`; compressed ones come last
 * @returns SHA-256 over the files
 */
export async function readSlices(
  path: string,
  slices: readonly Slice[],
  receive: Receive
): Promise<string> {
  const hash = createHash('sha256')
  const packed = new Map<string, { frames: Uint8Array[]; places: number[] }>()
  for (const [instance, places] of byInstance(slices)) {
    const bytes = await readWhole(instance)
    hash.update(bytes)
    if (instance.syntax.storage === 'native') {
      nativeSlices(bytes, instance, places, slices, receive)
      continue
    }
    const frames = framesOf(bytes, instance)
    const { transferSyntax, bitsAllocated, bitsStored, highBit, signed } = instance
    const kind = [transferSyntax, bitsAllocated, bitsStored, highBit, signed].join()
    const batch = packed.get(kind) ?? { frames: [], places: [] }
    packed.set(kind, batch)
    for (const place of places) {
      // A copy, so that the file itself need not stay in memory.
      batch.frames.push(Uint8Array.from(frames[slices[place]!.frame]!))
      batch.places.push(place)
    }
  }
  for (const { frames, places } of packed.values()) {
    const { instance } = slices[places[0]!]!
    const values = await unpackFrames(frames, instance).catch((cause: unknown) => {
      throw badInput(
        path,
        `its voxels (${instance.syntax.name}) cannot be unpacked; a file may be damaged: export the series again, uncompressed if need be`,
        cause
      )
    })
    places.forEach((place, n) => {
      receive(values[n]!, slices[place]!, place)
    })
  }
  return hash.digest('hex')
}

function byInstance(slices: readonly Slice[]): Map<Instance, number[]> {
  const files = new Map<Instance, number[]>()
  slices.forEach(({ instance }, place) => {
    const places = files.get(instance)
    if (places) places.push(place)
    else files.set(instance, [place])
  })
  return files
}

async function readWhole(instance: Instance): Promise<Uint8Array> {
  const { file, frames } = instance
  // Compressed voxels may take a little more than plain ones, where there is nothing to compress.
  const voxels = 2 * frames * frameBytes(instance)
  const limit = Math.max(voxels + TAG_BYTES, 2 ** 20)
  try {
    return await file.read(limit)
  } catch (cause) {
    throw badInput(file.path, `cannot be read (${(cause as Error).message})`, cause)
  }
}

function nativeSlices(
  bytes: Uint8Array,
  instance: Instance,
  places: readonly number[],
  slices: readonly Slice[],
  receive: Receive
): void {
  const name = instance.file.path
  let content: Uint8Array
  let start: number
  try {
    const { set } = parseFile(bytes)
    // Of a deflated file these are the inflated bytes.
    content = set.byteArray
    start = set.elements['x7fe00010']!.dataOffset
  } catch (cause) {
    throw badInput(name, 'is damaged; copy or export it again', cause)
  }
  const length = frameBytes(instance)
  const needed = start + length * instance.frames
  if (content.length < needed) {
    throw badInput(
      name,
      `is truncated: it holds ${content.length} of the ${needed} bytes it declares; copy or export it again`
    )
  }
  for (const place of places) {
    const slice = slices[place]!
    receive(nativeFrame(content, start + slice.frame * length, instance), slice, place)
  }
}

function framesOf(bytes: Uint8Array, instance: Instance): Uint8Array[] {
  try {
    return packedFrames(parseFile(bytes, true).set, instance.frames)
  } catch (cause) {
    throw badInput(instance.file.path, 'is damaged or truncated; copy or export it again', cause)
  }
}
