import type { ImageBox } from '../../../../shared/api/spikes'
import type { Geometry, Triple } from '../../../../shared/geometry'
import { indexToMm, offsetOf, voxelCount } from '../../volume/grid'

export function boxVoxels(box: ImageBox): number {
  return voxelCount(sizeOf(box))
}

/** The grid of a box of an image. */
export function boxGeometry(image: Geometry, box: ImageBox): Geometry {
  return { ...image, size: sizeOf(box), origin: indexToMm(image, box.start) }
}

export function isInBox({ start, end }: ImageBox, voxel: Readonly<Triple>): boolean {
  return voxel.every((n, axis) => n >= start[axis]! && n < end[axis]!)
}

export function middleOf({ start, end }: ImageBox): Triple {
  return start.map((n, axis) => Math.floor((n + end[axis]!) / 2)) as Triple
}

/**
 * Puts the values of a box into those of the image, in place.
 *
 * @param image on the grid of `size`
 * @param values on the box, x fastest
 */
export function fillBox(
  image: Uint8Array,
  size: Readonly<Triple>,
  { start, end }: ImageBox,
  values: Uint8Array
): void {
  const length = end[0] - start[0]
  let from = 0
  for (let k = start[2]; k < end[2]; k++) {
    for (let j = start[1]; j < end[1]; j++) {
      image.set(values.subarray(from, from + length), offsetOf(size, [start[0], j, k]))
      from += length
    }
  }
}

/** The values of a box on the image's grid, in an array of their own; 0 outside. */
export function onImage(
  values: Uint8Array,
  box: ImageBox,
  size: Readonly<Triple>
): Uint8Array<ArrayBuffer> {
  const image = new Uint8Array(voxelCount(size))
  fillBox(image, size, box, values)
  return image
}

function sizeOf({ start, end }: ImageBox): Triple {
  return end.map((n, axis) => n - start[axis]!) as Triple
}
