import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { INTENT_LABEL, headerOnGrid } from '../../imaging/nifti-write'
import type { SourceImage } from '../../imaging/read-image'

/**
 * Label maps that follow each other in time, as one compressed 4-D NIfTI (uint8) on the image's own grid, with its qform, sform and codes.
 * They are asked for one after another: all of a head at once would fill the memory.
 *
 * @param count of volumes
 * @param labelsAt the map of a volume (from 0), on the image's grid, x fastest
 */
export async function labelSeriesNifti(
  count: number,
  labelsAt: (volume: number) => Promise<Uint8Array>,
  { volume, header }: SourceImage
): Promise<Uint8Array> {
  const { bytes } = headerOnGrid(header, volume.geometry, {
    datatype: 'uint8',
    intentCode: INTENT_LABEL,
    channels: count
  })
  async function* parts(): AsyncGenerator<Uint8Array> {
    yield bytes
    for (let n = 0; n < count; n++) yield await labelsAt(n)
  }
  const packed: Uint8Array[] = []
  await pipeline(parts, createGzip(), async (chunks: AsyncIterable<Uint8Array>) => {
    for await (const chunk of chunks) packed.push(chunk)
  })
  return Buffer.concat(packed)
}
