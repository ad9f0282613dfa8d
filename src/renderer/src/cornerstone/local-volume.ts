import { cache, metaData, utilities, volumeLoader, type Types } from '@cornerstonejs/core'
import type { Geometry, Triple } from '../../../shared/geometry'
import { indexToMm } from '../volume/grid'

/** One for all: the layers of a case lie in the same space. */
const FRAME = 'hippospike'

/** Images that are in Cornerstone's cache, by id, with the plane that each lies in. */
const planes = new Map<string, object>()
let providing = false

/**
 * A volume in Cornerstone's cache. Its slices are views of `values`: write there and say which slices changed.
 *
 * @param values on the geometry's grid, x fastest
 */
export function createVolume(
  id: string,
  geometry: Geometry,
  values: Float32Array | Uint8Array
): Types.IImageVolume {
  provideSlicePlanes()
  const { direction: d } = geometry
  const volume = volumeLoader.createLocalVolume(id, {
    scalarData: values,
    dimensions: [...geometry.size],
    spacing: [...geometry.spacing],
    origin: [...geometry.origin],
    // Ours is row-major with the axes in columns; Cornerstone's has the axes one after the other.
    direction: [d[0]!, d[3]!, d[6]!, d[1]!, d[4]!, d[7]!, d[2]!, d[5]!, d[8]!],
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
      PixelSpacing: [geometry.spacing[1], geometry.spacing[0]],
      Columns: geometry.size[0],
      Rows: geometry.size[1],
      voiLut: [],
      VOILUTFunction: 'LINEAR'
    }
  })
  // Without this the first pane that draws finds an empty texture.
  volume.invalidate()
  volume.imageIds.forEach((imageId, k) => planes.set(imageId, slicePlane(geometry, k)))
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
