import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { HippospikeError } from '../../shared/errors'
import type { Geometry } from '../../shared/geometry'
import { voxelCount } from '../../core/volume/geometry'
import type { Volume } from '../../core/volume/volume'
import { assertWritable, writeFileAtomic, type OutputSet } from '../workspace/atomic-write'
import { headerOnGrid, INTENT_LABEL, type Contents } from './nifti-write'
import type { SourceHeader } from './read-image'
import { swapped, verifyNifti } from './verify-nifti'

const gzipAsync = promisify(gzip)

export interface MaskOptions {
  /** Replace an existing file. */
  force?: boolean
  /** What the file belongs to. */
  outputs?: OutputSet
}

/**
 * Writes a label map as NIfTI (uint8, slope 1, intent LABEL) on the source's own grid, with the source's qform, sform and
 * codes. The file is read back and compared before it takes its place; see `verifyNifti`.
 *
 * @param path ends in .nii.gz (compressed) or .nii
 * @param source header of the image the mask belongs to, from `readImage`
 * @throws HippospikeError (usage) for another extension, (output) where it cannot be written, (internal) where the file
 *   read back is not what was written
 */
export async function writeMask(
  path: string,
  mask: Volume<Uint8Array>,
  source: SourceHeader,
  options: MaskOptions = {}
): Promise<void> {
  const contents: Contents = { datatype: 'uint8', intentCode: INTENT_LABEL, channels: null }
  await writeNifti(path, mask.geometry, mask.voxels, source, contents, options)
}

/**
 * Writes probabilities as a 4-D NIfTI (float32): x, y, z and, last, the label, so that volume n is the probability of
 * label n and volume 0 that of the background. Grid and checks as {@link writeMask}.
 *
 * @param probabilities on the source grid, `channels` per voxel, innermost
 */
export async function writeProbabilities(
  path: string,
  probabilities: Float32Array,
  channels: number,
  geometry: Geometry,
  source: SourceHeader,
  options: MaskOptions = {}
): Promise<void> {
  const count = voxelCount(geometry.size)
  const planes = new Float32Array(count * channels)
  for (let c = 0; c < channels; c++) {
    for (let n = 0; n < count; n++) planes[c * count + n] = probabilities[n * channels + c]!
  }
  const contents: Contents = { datatype: 'float32', intentCode: 0, channels }
  await writeNifti(path, geometry, planes, source, contents, options)
}

/**
 * Writes a scan that was no NIfTI as one (float32), with its geometry as qform and sform. Checks as {@link writeMask}.
 */
export async function writeScan(
  path: string,
  { geometry, voxels }: Volume,
  options: MaskOptions = {}
): Promise<void> {
  const contents: Contents = { datatype: 'float32', intentCode: 0, channels: null }
  await writeNifti(path, geometry, voxels, { format: 'other' }, contents, options)
}

/** @throws HippospikeError (usage) where the name of a mask does not end in .nii.gz or .nii */
export function checkMaskName(path: string): void {
  if (/\.nii(\.gz)?$/i.test(path)) return
  const named = path === '' ? 'a file without a name' : path
  throw new HippospikeError('usage', `${named}: masks are NIfTI; give a name that ends in .nii.gz`)
}

async function writeNifti(
  path: string,
  geometry: Geometry,
  values: Uint8Array | Float32Array,
  source: SourceHeader,
  contents: Contents,
  options: MaskOptions
): Promise<void> {
  checkMaskName(path)
  const expected = voxelCount(geometry.size) * (contents.channels ?? 1)
  if (values.length !== expected) {
    throw new HippospikeError(
      'internal',
      `${path}: ${values.length} values for a grid of ${expected}`
    )
  }
  const force = options.force ?? false
  await assertWritable(path, force)
  const { bytes: header, littleEndian } = headerOnGrid(source, geometry, contents)
  const native = new Uint8Array(values.buffer, values.byteOffset, values.byteLength)
  // Typed arrays are little-endian on every machine Node runs on but s390x, which is not supported.
  const voxels = littleEndian ? native : swapped(native, values.BYTES_PER_ELEMENT)
  const data = await packed(path, [header, voxels])
  await writeFileAtomic(path, data, {
    overwrite: force,
    outputs: options.outputs,
    verify: (temporary) =>
      verifyNifti(temporary, path, {
        geometry,
        header,
        voxels,
        bytesPerValue: values.BYTES_PER_ELEMENT
      })
  })
}

/** In a function of its own, so that what was packed is out of memory when the file is read back. */
async function packed(path: string, parts: Uint8Array[]): Promise<Buffer> {
  const content = Buffer.concat(parts)
  return /\.gz$/i.test(path) ? gzipAsync(content) : content
}
