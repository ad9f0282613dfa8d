import type { Geometry, Triple } from '../../shared/geometry'

/** Rows of a 3×4 affine from voxel indices to coordinates in millimetres. */
export type Affine = readonly number[]

/** `origin + direction · diag(spacing) · index`, in LPS millimetres. */
export function indexToPhysical(geometry: Geometry, index: Readonly<Triple>): Triple {
  const { origin, spacing, direction: d } = geometry
  const x = index[0] * spacing[0]
  const y = index[1] * spacing[1]
  const z = index[2] * spacing[2]
  return [
    origin[0] + d[0]! * x + d[1]! * y + d[2]! * z,
    origin[1] + d[3]! * x + d[4]! * y + d[5]! * z,
    origin[2] + d[6]! * x + d[7]! * y + d[8]! * z
  ]
}

/** The continuous voxel index of a point in LPS millimetres: the inverse of {@link indexToPhysical}. */
export function physicalToIndex(geometry: Geometry, point: Readonly<Triple>): Triple {
  const { origin, spacing } = geometry
  const m = invert3(geometry.direction)
  const [x, y, z] = [point[0] - origin[0], point[1] - origin[1], point[2] - origin[2]]
  return [
    (m[0]! * x + m[1]! * y + m[2]! * z) / spacing[0],
    (m[3]! * x + m[4]! * y + m[5]! * z) / spacing[1],
    (m[6]! * x + m[7]! * y + m[8]! * z) / spacing[2]
  ]
}

/** Voxels in a grid. */
export function voxelCount(size: Readonly<Triple>): number {
  return size[0] * size[1] * size[2]
}

/** Length in mm that the image covers along each of its axes, from outer face to outer face. */
export function fieldOfView(geometry: Geometry): Triple {
  return geometry.size.map((n, axis) => n * geometry.spacing[axis]!) as Triple
}

/** How far apart, in mm, the voxels of two grids of one size lie at most. */
export function farthestApart(a: Geometry, b: Geometry): number {
  // The distance is that of an affine map of the index, so that it is largest at a corner.
  const apart = Array.from({ length: 8 }, (_, corner) => {
    const index = a.size.map((n, axis) => ((corner >> axis) & 1 ? n - 1 : 0)) as Triple
    const other = indexToPhysical(b, index)
    return Math.hypot(...indexToPhysical(a, index).map((value, axis) => value - other[axis]!))
  })
  return Math.max(...apart)
}

/** Volume of one voxel in mm³. */
export function voxelVolume(geometry: Geometry): number {
  const [x, y, z] = geometry.spacing
  return Math.abs(x * y * z * determinant3(geometry.direction))
}

/** The geometry of a grid whose RAS affine (as NIfTI's) is given, turned to LPS. */
export function geometryFromRasAffine(size: Readonly<Triple>, affine: Affine): Geometry {
  const a = affine
  // RAS and LPS differ in the sign of the first two coordinates.
  const lps = [-a[0]!, -a[1]!, -a[2]!, -a[4]!, -a[5]!, -a[6]!, a[8]!, a[9]!, a[10]!]
  const spacing = [0, 1, 2].map((c) => Math.hypot(lps[c]!, lps[3 + c]!, lps[6 + c]!)) as Triple
  return {
    size: [...size],
    spacing,
    origin: [-a[3]! + 0, -a[7]! + 0, a[11]!],
    // + 0 turns -0 into 0, which would otherwise travel into headers and comparisons.
    direction: lps.map((value, n) => value / spacing[n % 3]! + 0)
  }
}

/** The RAS affine (3×4, row-major) of a geometry: the inverse of {@link geometryFromRasAffine}. */
export function rasAffine(geometry: Geometry): number[] {
  const { direction: d, spacing: s, origin: o } = geometry
  return [0, 1, 2].flatMap((row) => {
    const sign = row < 2 ? -1 : 1
    return [0, 1, 2].map((c) => sign * d[3 * row + c]! * s[c]! + 0).concat(sign * o[row]! + 0)
  })
}

/** Largest deviation of directionᵀ·direction from the identity: 0 for an orthonormal direction, NaN where not finite. */
export function orthonormalityError(direction: readonly number[]): number {
  let worst = 0
  for (let a = 0; a < 3; a++) {
    for (let b = 0; b < 3; b++) {
      let dot = 0
      for (let row = 0; row < 3; row++) dot += direction[3 * row + a]! * direction[3 * row + b]!
      worst = Math.max(worst, Math.abs(dot - (a === b ? 1 : 0)))
    }
  }
  return worst
}

/**
 * The orthonormal matrix nearest to `direction` (the orthogonal factor of its polar decomposition, by Newton's iteration
 * X ← (X + X⁻ᵀ)/2: Higham 1986, SIAM J. Sci. Stat. Comput. 7:1160). A mirrored direction stays mirrored.
 *
 * @returns null where the direction is singular, so that nothing sensible is near
 */
export function nearestOrthonormal(direction: readonly number[]): number[] | null {
  let x = [...direction]
  for (let n = 0; n < 50; n++) {
    const determinant = determinant3(x)
    if (!Number.isFinite(determinant) || Math.abs(determinant) < 1e-6) return null
    const inverse = invert3(x)
    x = x.map((value, m) => (value + inverse[3 * (m % 3) + Math.floor(m / 3)]!) / 2)
    if (orthonormalityError(x) < 1e-15) break
  }
  return x
}

export function determinant3(m: readonly number[]): number {
  return (
    m[0]! * (m[4]! * m[8]! - m[5]! * m[7]!) -
    m[1]! * (m[3]! * m[8]! - m[5]! * m[6]!) +
    m[2]! * (m[3]! * m[7]! - m[4]! * m[6]!)
  )
}

/** Inverse of a row-major 3×3 matrix; its entries are not finite where the matrix is singular. */
export function invert3(m: readonly number[]): number[] {
  const [a, b, c, d, e, f, g, h, i] = m as [
    number, number, number, number, number, number, number, number, number
  ] // prettier-ignore
  const determinant = determinant3(m)
  return [
    e * i - f * h,
    c * h - b * i,
    b * f - c * e,
    f * g - d * i,
    a * i - c * g,
    c * d - a * f,
    d * h - e * g,
    b * g - a * h,
    a * e - b * d
  ].map((cofactor) => cofactor / determinant)
}
