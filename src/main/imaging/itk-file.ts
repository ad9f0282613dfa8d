import type { Image } from 'itk-wasm'
import type { Geometry, Triple } from '../../shared/geometry'
import { voxelCount } from '../../core/volume/geometry'
import { badInput, checkDimensions, checkDirection, checkSpacing } from './image-checks'
import { checkTextHeader } from './text-header'

/**
 * Reads a 3-D scalar NRRD or MetaImage file through ITK. The header is read and judged before the voxels are.
 *
 * @throws HippospikeError (input)
 */
export async function readItk(
  path: string,
  repair: boolean
): Promise<{ geometry: Geometry; voxels: Float32Array }> {
  await checkTextHeader(path)
  const information = await readThroughItk(path, true)
  const { components, pixelType } = information.imageType
  checkDimensions(path, information.size)
  if (components !== 1) {
    throw badInput(
      path,
      `has ${components} values a voxel (${pixelType}: a colour image or a series); give a grey-scale scan with one`
    )
  }
  checkSpacing(path, information.spacing)
  const geometry = checkDirection(path, itkGeometry(information), repair)
  const { data } = await readThroughItk(path, false)
  const count = voxelCount(geometry.size)
  if (data === null || data.length !== count) {
    throw badInput(path, 'holds fewer voxels than its header declares; copy or download it again')
  }
  const voxels = new Float32Array(count)
  for (let n = 0; n < count; n++) voxels[n] = Number(data[n])
  return { geometry, voxels }
}

/** The first three axes of an ITK image as our geometry. */
export function itkGeometry(image: Image): Geometry {
  const axes = image.imageType.dimension
  return {
    size: image.size.slice(0, 3) as Triple,
    spacing: image.spacing.slice(0, 3) as Triple,
    origin: image.origin.slice(0, 3) as Triple,
    direction: [0, 1, 2].flatMap((row) =>
      [0, 1, 2].map((column) => Number(image.direction[axes * row + column]))
    )
  }
}

/**
 * Reads any image ITK knows, or with `informationOnly` its header.
 *
 * @throws HippospikeError (input)
 */
export async function readThroughItk(path: string, informationOnly: boolean): Promise<Image> {
  const { readImageNode } = await import('@itk-wasm/image-io')
  try {
    return await withoutConsole(() => readImageNode(path, { informationOnly }))
  } catch (cause) {
    throw badInput(
      path,
      'cannot be read: it is damaged, truncated or not what its name says',
      cause
    )
  }
}

const original = { log: console.log, error: console.error }
let silenced = 0

/**
 * Runs an action while console.log and console.error do nothing. itk-wasm prints to both when a pipeline fails, which
 * would end up in the JSON on stdout; the failure itself is thrown and loses nothing.
 */
export async function withoutConsole<T>(action: () => Promise<T>): Promise<T> {
  if (silenced++ === 0) {
    Object.assign(original, { log: console.log, error: console.error })
    console.log = () => undefined
    console.error = () => undefined
  }
  try {
    return await action()
  } finally {
    if (--silenced === 0) Object.assign(console, original)
  }
}
