import type { Geometry, Triple } from '../../shared/geometry'
import { invert3, type Affine } from './geometry'

/** The point that an affine maps a point to. */
export function transformPoint(affine: Affine, point: Readonly<Triple>): Triple {
  const row = (at: number): number =>
    affine[at]! * point[0] +
    affine[at + 1]! * point[1] +
    affine[at + 2]! * point[2] +
    affine[at + 3]!
  return [row(0), row(4), row(8)]
}

/** The affine that does `first`, then `second`. */
export function composeAffines(second: Affine, first: Affine): number[] {
  const columns = [0, 1, 2].map((c) =>
    linearTimes(second, [first[c]!, first[4 + c]!, first[8 + c]!])
  )
  const shift = transformPoint(second, [first[3]!, first[7]!, first[11]!])
  return [0, 1, 2].flatMap((row) => [...columns.map((column) => column[row]!), shift[row]!])
}

/** Its entries are not finite where the affine is singular. */
export function invertAffine(affine: Affine): number[] {
  const inverse = invert3(linearPart(affine))
  const shift = [affine[3]!, affine[7]!, affine[11]!]
  return [0, 1, 2].flatMap((row) => {
    const linear = inverse.slice(3 * row, 3 * row + 3)
    return [...linear, -linear.reduce((sum, value, c) => sum + value * shift[c]!, 0)]
  })
}

/** The 3×3 part of an affine, row-major. */
export function linearPart(affine: Affine): number[] {
  return [0, 4, 8].flatMap((row) => affine.slice(row, row + 3))
}

/** `x ↦ linear · (x − centre) + centre + shift`. */
export function affineAbout(
  linear: readonly number[],
  centre: Readonly<Triple>,
  shift: Readonly<Triple>
): number[] {
  return [0, 1, 2].flatMap((row) => {
    const own = linear.slice(3 * row, 3 * row + 3)
    const moved = own.reduce((sum, value, c) => sum + value * centre[c]!, 0)
    return [...own, centre[row]! + shift[row]! - moved]
  })
}

/** Product of two row-major 3×3 matrices. */
export function multiply3(a: readonly number[], b: readonly number[]): number[] {
  return [0, 1, 2].flatMap((row) =>
    [0, 1, 2].map(
      (c) => a[3 * row]! * b[c]! + a[3 * row + 1]! * b[3 + c]! + a[3 * row + 2]! * b[6 + c]!
    )
  )
}

/** The affine from voxel indices of a grid to LPS millimetres. */
export function geometryAffine({ direction, spacing, origin }: Geometry): number[] {
  return [0, 1, 2].flatMap((row) => [
    ...spacing.map((step, c) => direction[3 * row + c]! * step),
    origin[row]!
  ])
}

function linearTimes(affine: Affine, vector: Readonly<Triple>): Triple {
  return transformPoint(
    affine.map((value, n) => (n % 4 === 3 ? 0 : value)),
    vector
  )
}
