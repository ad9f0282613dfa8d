import {
  cache,
  imageLoader,
  ImageVolume,
  metaData,
  utilities,
  type Types
} from '@cornerstonejs/core'
import type { Geometry, Triple } from '../../../shared/geometry'
import { indexToMm } from '../volume/grid'
import { turns } from '../volume/turns'

/** One for all: the layers of a case lie in the same space. */
const FRAME = 'hippospike'

/** Images that are in Cornerstone's cache, by id, with the plane that each lies in. */
const planes = new Map<string, object>()
let providing = false

/**
 * A volume in Cornerstone's cache. Its slices are views of `values`: write there and say which slices changed. Cornerstone's own
 * createLocalVolume does the same at one go, and as it reads every voxel, a head would keep the window waiting.
 *
 * @param values on the geometry's grid, x fastest
 */
export async function createVolume(
  id: string,
  geometry: Geometry,
  values: Float32Array | Uint8Array
): Promise<Types.IImageVolume> {
  provideSlicePlanes()
  const { size, spacing, origin, direction: d } = geometry
  const dataType = values instanceof Float32Array ? 'Float32Array' : 'Uint8Array'
  const imageIds = Array.from({ length: size[2] }, (_, k) => `${id}_slice_${k}`)
  const length = size[0] * size[1]
  const turn = turns()
  for (const [k, imageId] of imageIds.entries()) {
    imageLoader.createAndCacheLocalImage(imageId, {
      scalarData: values.subarray(k * length, (k + 1) * length),
      dimensions: [size[0], size[1]],
      spacing: [spacing[0], spacing[1]],
      targetBuffer: { type: dataType }
    })
    planes.set(imageId, slicePlane(geometry, k))
    await turn()
  }
  const dimensions: Types.Point3 = [...size]
  const volume = new ImageVolume({
    volumeId: id,
    dataType,
    dimensions,
    spacing: [...spacing],
    origin: [...origin],
    // Ours is row-major with the axes in columns; Cornerstone's has the axes one after the other.
    direction: [d[0]!, d[3]!, d[6]!, d[1]!, d[4]!, d[7]!, d[2]!, d[5]!, d[8]!],
    imageIds,
    metadata: {
      FrameOfReferenceUID: FRAME,
      Modality: 'MR',
      BitsAllocated: 8 * values.BYTES_PER_ELEMENT,
      BitsStored: 8 * values.BYTES_PER_ELEMENT,
      SamplesPerPixel: 1,
      HighBit: 8 * values.BYTES_PER_ELEMENT - 1,
      PhotometricInterpretation: 'MONOCHROME2',
      PixelRepresentation: 0,
      ImageOrientationPatient: [d[0]!, d[3]!, d[6]!, d[1]!, d[4]!, d[7]!],
      PixelSpacing: [spacing[1], spacing[0]],
      Columns: size[0],
      Rows: size[1],
      voiLut: [],
      VOILUTFunction: 'LINEAR'
    }
  })
  volume.voxelManager = utilities.VoxelManager.createImageVolumeVoxelManager({
    imageIds,
    dimensions,
    numberOfComponents: 1,
    id
  }) as NonNullable<typeof volume.voxelManager>
  cache.putVolumeSync(id, volume)
  // Without this the first pane that draws finds an empty texture.
  volume.invalidate()
  return volume
}

/** Takes a volume and its slices out of the cache, and its texture off the graphics processor. */
export function removeVolume(id: string): void {
  const volume = cache.getVolume(id) as Types.IImageVolume | undefined
  if (volume === undefined) return
  const imageIds = [...volume.imageIds]
  cache.removeVolumeLoadObject(id)
  for (const imageId of imageIds) {
    planes.delete(imageId)
    if (cache.getImageLoadObject(imageId) !== undefined) {
      cache.removeImageLoadObject(imageId, { force: true })
    }
  }
}

/** Forgets what Cornerstone keeps about images after they are gone; only while no volume is open. */
export function forgetMetadata(): void {
  utilities.genericMetadataProvider.clear()
}

/** Cornerstone gives every slice of a local volume the origin of the first. */
function provideSlicePlanes(): void {
  if (providing) return
  providing = true
  metaData.addProvider((type: string, imageId: string) => {
    return type === 'imagePlaneModule' ? planes.get(imageId) : undefined
  }, 10_000)
}

function slicePlane(geometry: Geometry, k: number): object {
  const { direction: d, spacing, size } = geometry
  const rowCosines: Triple = [d[0]!, d[3]!, d[6]!]
  const columnCosines: Triple = [d[1]!, d[4]!, d[7]!]
  return {
    frameOfReferenceUID: FRAME,
    rows: size[1],
    columns: size[0],
    imageOrientationPatient: [...rowCosines, ...columnCosines],
    rowCosines,
    columnCosines,
    imagePositionPatient: indexToMm(geometry, [0, 0, k]),
    pixelSpacing: [spacing[1], spacing[0]],
    rowPixelSpacing: spacing[1],
    columnPixelSpacing: spacing[0]
  }
}
