import { HippospikeError } from '../../shared/errors'
import type { Geometry, Triple } from '../../shared/geometry'
import { indexToPhysical, physicalToIndex, voxelCount } from './geometry'
import type { Volume } from './volume'

/** A box of voxels in stored axis order: 0-based, the end exclusive. */
export interface Roi {
  start: Triple
  end: Triple
}

/**
 * Reads a box as the command line takes it: `i0,j0,k0,i1,j1,k1`.
 *
 * @throws HippospikeError (usage)
 */
export function parseRoi(text: string): Roi {
  const parts = text.split(',').map((part) => part.trim())
  if (parts.length !== 6 || parts.some((part) => !/^-?\d+$/.test(part))) {
    throw new HippospikeError(
      'usage',
      `--roi ${text}: six whole numbers i0,j0,k0,i1,j1,k1 are needed (0-based voxel indices, end exclusive)`
    )
  }
  const numbers = parts.map(Number)
  return { start: numbers.slice(0, 3) as Triple, end: numbers.slice(3) as Triple }
}

/** @throws HippospikeError (usage) where the box is empty or reaches out of the image */
export function checkRoi(roi: Roi, size: Readonly<Triple>): void {
  const fits = size.every(
    (n, axis) => roi.start[axis]! >= 0 && roi.end[axis]! <= n && roi.start[axis]! < roi.end[axis]!
  )
  if (fits) return
  throw new HippospikeError(
    'usage',
    `--roi ${[...roi.start, ...roi.end].join(',')} does not fit an image of ${size.join('×')} voxels: ` +
      'every start must lie below its end, within 0 and the size'
  )
}

/** The grid of a box within another grid: its origin moves, so that every voxel stays where it was. */
export function cropGeometry(geometry: Geometry, roi: Roi): Geometry {
  return {
    size: roi.end.map((end, axis) => end - roi.start[axis]!) as Triple,
    spacing: [...geometry.spacing],
    origin: indexToPhysical(geometry, roi.start),
    direction: [...geometry.direction]
  }
}

/**
 * The part of a volume inside a box.
 *
 * @throws HippospikeError (usage) where the box does not fit
 */
export function crop<A extends Float32Array | Uint8Array>(volume: Volume<A>, roi: Roi): Volume<A> {
  checkRoi(roi, volume.geometry.size)
  const geometry = cropGeometry(volume.geometry, roi)
  const voxels = volume.voxels.slice(0, voxelCount(geometry.size)) as A
  eachRow(volume.geometry.size, roi, 1, (whole, part, length) => {
    voxels.set(volume.voxels.subarray(whole, whole + length), part)
  })
  return { geometry, voxels }
}

/**
 * Values of a box put back into the grid it was cut from; all else is 0.
 *
 * @param values on the box, `channels` per voxel, innermost
 * @param size of the whole grid
 */
export function uncrop<A extends Float32Array | Uint8Array>(
  values: A,
  roi: Roi,
  size: Readonly<Triple>,
  channels = 1
): A {
  checkRoi(roi, size)
  const length = voxelCount(size) * channels
  const out = (
    values instanceof Uint8Array ? new Uint8Array(length) : new Float32Array(length)
  ) as A
  eachRow(size, roi, channels, (whole, part, row) => {
    out.set(values.subarray(part, part + row), whole)
  })
  return out
}

/**
 * Visits the rows of a box of voxels along x.
 *
 * @param visit gets where a row starts in the whole grid and in the box, and its length, all in values
 */
export function eachRow(
  size: Readonly<Triple>,
  { start, end }: Roi,
  channels: number,
  visit: (whole: number, part: number, length: number) => void
): void {
  const length = (end[0] - start[0]) * channels
  let part = 0
  for (let k = start[2]; k < end[2]; k++) {
    for (let j = start[1]; j < end[1]; j++) {
      visit((start[0] + size[0] * (j + size[1] * k)) * channels, part, length)
      part += length
    }
  }
}

/**
 * The box of an image's voxels that holds a grid; null where they do not meet.
 *
 * @param margin voxels more on every side
 */
export function voxelsAround(grid: Geometry, image: Geometry, margin: number): Roi | null {
  const low: Triple = [Infinity, Infinity, Infinity]
  const high: Triple = [-Infinity, -Infinity, -Infinity]
  for (let corner = 0; corner < 8; corner++) {
    const index = grid.size.map((n, axis) => ((corner >> axis) & 1 ? n - 1 : 0)) as Triple
    physicalToIndex(image, indexToPhysical(grid, index)).forEach((value, axis) => {
      low[axis] = Math.min(low[axis]!, value)
      high[axis] = Math.max(high[axis]!, value)
    })
  }
  const start = low.map((value) => Math.max(0, Math.floor(value) - margin)) as Triple
  const end = high.map((value, axis) =>
    Math.min(image.size[axis]!, Math.ceil(value) + 1 + margin)
  ) as Triple
  return start.every((value, axis) => value < end[axis]!) ? { start, end } : null
}
