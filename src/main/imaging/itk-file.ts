import type { Image } from 'itk-wasm'
import type { Geometry, Triple } from '../../shared/geometry'
import { badInput, checkDimensions, checkDirection, checkSpacing } from './image-checks'

export interface ItkFile {
  geometry: Geometry
  voxels: Float32Array
}

/**
 * Reads a 3-D scalar NRRD, MetaImage or MGH/MGZ file through ITK. The header is read and judged before the voxels are.
 *
 * @throws HippospikeError (input)
 */
export async function readItk(path: string, repair: boolean): Promise<ItkFile> {
  const geometry = checkInformation(path, await readThroughItk(path, true), repair)
  const image = await readThroughItk(path, false)
  if (image.data === null || image.data.length !== geometry.size.reduce((a, b) => a * b)) {
    throw badInput(path, 'holds fewer voxels than its header declares; copy or download it again')
  }
  const data = image.data
  const voxels = new Float32Array(data.length)
  for (let n = 0; n < voxels.length; n++) voxels[n] = Number(data[n])
  return { geometry, voxels }
}

async function readThroughItk(path: string, informationOnly: boolean): Promise<Image> {
  const { readImageNode } = await import('@itk-wasm/image-io')
  try {
    return await readImageNode(path, { informationOnly })
  } catch (cause) {
    throw badInput(
      path,
      'cannot be read: it is damaged, truncated or not what its name says',
      cause
    )
  }
}

function checkInformation(path: string, image: Image, repair: boolean): Geometry {
  const { pixelType, components } = image.imageType
  const size = checkDimensions(path, image.size)
  if (components !== 1) {
    throw badInput(
      path,
      `has ${components} values a voxel (${pixelType}); give a grey-scale scan with one`
    )
  }
  checkSpacing(path, image.spacing)
  const axes = image.imageType.dimension
  const direction = [0, 1, 2].flatMap((row) =>
    [0, 1, 2].map((column) => Number(image.direction[axes * row + column]))
  )
  const geometry: Geometry = {
    size,
    spacing: image.spacing.slice(0, 3) as Triple,
    origin: image.origin.slice(0, 3) as Triple,
    direction
  }
  return checkDirection(path, geometry, repair)
}
