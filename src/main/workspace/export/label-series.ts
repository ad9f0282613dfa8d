import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { INTENT_LABEL, headerOnGrid } from '../../imaging/nifti-write'
import type { SourceImage } from '../../imaging/read-image'

const gzipAsync = promisify(gzip)

/**
 * Label maps that follow each other in time, as one compressed 4-D NIfTI (uint8) on the image's own grid, with its qform, sform and codes.
 *
 * @param labels one map a volume, each on the image's grid, x fastest
 */
export async function labelSeriesNifti(
  labels: readonly Uint8Array[],
  { volume, header }: SourceImage
): Promise<Uint8Array> {
  const { bytes } = headerOnGrid(header, volume.geometry, {
    datatype: 'uint8',
    intentCode: INTENT_LABEL,
    channels: labels.length
  })
  return gzipAsync(Buffer.concat([bytes, ...labels]))
}
