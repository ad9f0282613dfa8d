import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'

/** Where a NIfTI-1 header says at which byte its voxels begin. */
const VOX_OFFSET = 108

/** The bytes of a .nii.gz file's voxels, as they are stored. */
export function voxelBytes(file: string): Buffer {
  const nifti = gunzipSync(readFileSync(file))
  return nifti.subarray(nifti.readFloatLE(VOX_OFFSET))
}
