import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { withoutConsole } from '../itk-file'
import { encodeFile, type Element } from './encode'
import type { Instance } from './instance'

/** Multi-frame secondary capture, of bytes and of words: the plainest files that hold many frames. */
const BYTE_FRAMES = '1.2.840.10008.5.1.4.1.1.7.2'
const WORD_FRAMES = '1.2.840.10008.5.1.4.1.1.7.3'

/**
 * Unpacks compressed frames (JPEG and its kin, RLE) through ITK. They travel in a file made for that, with nothing in it but
 * the frames: one call for a whole series, no rules of ITK's on order, place or scaling, and nothing of the patient.
 *
 * @param instance any of the files the frames come from: size, bits and transfer syntax are its
 * @returns the stored (not yet rescaled) values of each frame
 * @throws Error where they cannot be unpacked
 */
export async function unpackFrames(
  frames: readonly Uint8Array[],
  instance: Instance
): Promise<Float32Array[]> {
  const { readImageDicomFileSeriesNode } = await import('@itk-wasm/dicom')
  const folder = await mkdtemp(join(tmpdir(), 'hippospike-'))
  try {
    const path = join(folder, 'frames.dcm')
    await writeFile(path, carrier(frames, instance))
    const { outputImage } = await withoutConsole(() =>
      readImageDicomFileSeriesNode({ inputImages: [path], singleSortedSeries: true })
    )
    const { data, imageType } = outputImage
    const needed = frames.length * instance.columns * instance.rows
    if (data === null || imageType.components !== 1 || data.length !== needed) {
      throw new Error(`${data?.length ?? 0} of ${needed} voxels were unpacked`)
    }
    const length = instance.columns * instance.rows
    return frames.map((_, frame) => {
      const values = new Float32Array(length)
      for (let n = 0; n < length; n++) values[n] = Number(data[frame * length + n])
      return values
    })
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

function carrier(frames: readonly Uint8Array[], instance: Instance): Buffer {
  const sopClass = instance.bitsAllocated === 8 ? BYTE_FRAMES : WORD_FRAMES
  const elements: Element[] = [
    [0x00080016, 'UI', sopClass],
    [0x00080018, 'UI', '2.25.1'],
    [0x00080060, 'CS', 'OT'],
    [0x0020000d, 'UI', '2.25.2'],
    [0x0020000e, 'UI', '2.25.3'],
    [0x00280002, 'US', 1],
    [0x00280004, 'CS', 'MONOCHROME2'],
    [0x00280008, 'IS', String(frames.length)],
    [0x00280010, 'US', instance.rows],
    [0x00280011, 'US', instance.columns],
    [0x00280100, 'US', instance.bitsAllocated],
    [0x00280101, 'US', instance.bitsStored],
    [0x00280102, 'US', instance.highBit],
    [0x00280103, 'US', instance.signed ? 1 : 0],
    [0x7fe00010, 'packed', frames]
  ]
  return encodeFile(sopClass, '2.25.1', elements, instance.transferSyntax)
}
