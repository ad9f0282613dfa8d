import type { Geometry, Triple } from '../../shared/geometry'
import { HippospikeError } from '../../shared/errors'
import { nearestOrthonormal, orthonormalityError, voxelCount } from '../../core/volume/geometry'

/** Larger than any head scan; what lies above is a damaged header or no MRI, and would exhaust the memory. */
export const MAX_SIDE = 2048
export const MAX_VOXELS = 2 ** 28

/**
 * How far directionᵀ·direction may be from the identity. Headers rounded to three decimals stay below; a shear this small
 * moves nothing by half a voxel across a crop.
 */
export const SHEAR_TOLERANCE = 5e-3

/** An image is refused for its sheared axes alone: it can be read with the nearest orthonormal ones. */
export class ShearedImageError extends HippospikeError {
  /** @param off how far directionᵀ·direction is from the identity */
  constructor(path: string, off: number) {
    super(
      'input',
      `${path}: has a non-orthonormal direction (off by ${short(off)}: its axes are sheared); ` +
        'give --repair-geometry to work on a copy with the nearest orthonormal one'
    )
  }
}

/** A one-line 'input' error about a file. */
export function badInput(path: string, problem: string, cause?: unknown): HippospikeError {
  const line = `${path}: ${problem}`.replace(/\s*[\r\n]+\s*/g, ' ')
  return new HippospikeError('input', line, cause === undefined ? undefined : { cause })
}

/**
 * Refuses a grid that is not three-dimensional or absurdly large; to be called before memory is allocated for it.
 *
 * @param dimensions voxels along each axis the file declares
 * @throws HippospikeError (input)
 */
export function checkDimensions(path: string, dimensions: readonly number[]): Triple {
  const shape = dimensions.join('×')
  if (dimensions.some((n) => !Number.isInteger(n) || n < 1)) {
    throw badInput(
      path,
      `declares ${shape} voxels, so its header is damaged; export the image again`
    )
  }
  const extra = dimensions.slice(3).filter((n) => n > 1)
  if (extra.length > 0) {
    throw badInput(
      path,
      `is a ${dimensions.length}-D series of ${shape} voxels; give one 3-D volume (extract a single frame first)`
    )
  }
  if (dimensions.length < 3) {
    throw badInput(
      path,
      `is a ${dimensions.length}-D image of ${shape} voxels; a 3-D volume is needed`
    )
  }
  const size = dimensions.slice(0, 3) as Triple
  if (size.some((n) => n > MAX_SIDE) || voxelCount(size) > MAX_VOXELS) {
    throw badInput(
      path,
      `declares ${size.join('×')} voxels, more than the ${MAX_SIDE} on a side and ${MAX_VOXELS} in all that are read; ` +
        'crop or downsample it, or check its header'
    )
  }
  return size
}

/** @throws HippospikeError (input) where a voxel size is zero, negative or not finite */
export function checkSpacing(path: string, spacing: readonly number[]): void {
  if (spacing.every((value) => Number.isFinite(value) && value > 0)) return
  throw badInput(
    path,
    `declares a voxel size of ${spacing.map(short).join('×')} mm; every axis needs a positive one: correct the header`
  )
}

/**
 * Refuses a direction that is no rotation (or mirrored rotation), unless it may be repaired.
 *
 * @returns the geometry itself, or with `repair` the one with the nearest orthonormal direction
 * @throws HippospikeError (input), a {@link ShearedImageError} where `repair` would help
 */
export function checkDirection(path: string, geometry: Geometry, repair: boolean): Geometry {
  const error = orthonormalityError(geometry.direction)
  const placed = geometry.origin.every(Number.isFinite)
  if (placed && error <= SHEAR_TOLERANCE) return geometry
  const repaired = placed ? repairGeometry(geometry) : null
  if (repaired === null) {
    throw badInput(
      path,
      'has an orientation that is singular or not finite; correct its header or export it again'
    )
  }
  if (repair) return repaired
  throw new ShearedImageError(path, error)
}

/** The geometry with the nearest orthonormal direction, all else kept; null where the direction is singular. */
export function repairGeometry(geometry: Geometry): Geometry | null {
  const direction = nearestOrthonormal(geometry.direction)
  return direction === null ? null : { ...geometry, direction }
}

/** @throws HippospikeError (input) where any voxel is NaN or infinite */
export function checkFinite(path: string, voxels: Float32Array): void {
  let bad = 0
  for (let n = 0; n < voxels.length; n++) if (!Number.isFinite(voxels[n]!)) bad++
  if (bad === 0) return
  throw badInput(
    path,
    `has ${bad} NaN or infinite voxel${bad === 1 ? '' : 's'} of ${voxels.length}; replace them (by 0, say) and try again`
  )
}

/** @throws HippospikeError (input) where all voxels have one value */
export function checkContrast(path: string, voxels: Float32Array): void {
  const first = voxels[0]!
  for (let n = 1; n < voxels.length; n++) if (voxels[n] !== first) return
  throw badInput(
    path,
    `is constant: all ${voxels.length} voxels are ${first}; give an image with contrast`
  )
}

function short(value: number): string {
  return String(Number(value.toPrecision(4)))
}
