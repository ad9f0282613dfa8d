import type { Triple } from '../../shared/geometry'
import { indexToPhysical } from './geometry'
import type { Volume } from './volume'

/**
 * Weight of smoothness against agreement with the thick slices: so little that their means are kept, enough that noise does not swing.
 */
const SMOOTHNESS = 0.01
/** Weights below this share change nothing that could be seen. */
const NEGLIGIBLE = 1e-4

/**
 * A scan of thick slices as one of thin ones. A thick slice shows the mean of what it covers, so that interpolating between slices blurs a second time; instead, those
 * thin slices are found whose means over each thick slice are what the scan shows, and that bend least: the minimum of |A·x − y|² + λ·|D·x|², with the means A and the second
 * differences D (Tikhonov's regularisation), for every line along the axis.
 *
 * @param parts thin slices that a thick one becomes
 */
export function thinSlices(volume: Volume, axis: 0 | 1 | 2, parts: number): Volume {
  const { geometry, voxels } = volume
  const thick = geometry.size[axis]
  if (parts <= 1 || thick < 2) return volume
  const weights = thinWeights(thick, parts)
  const size: Triple = [...geometry.size]
  size[axis] = thick * parts
  const stride = geometry.size.slice(0, axis).reduce((product, n) => product * n, 1)
  const lines = voxels.length / (stride * thick)
  const out = new Float32Array(voxels.length * parts)
  weights.forEach((row, thin) => {
    row.forEach((weight, k) => {
      if (Math.abs(weight) < NEGLIGIBLE) return
      for (let line = 0; line < lines; line++) {
        const from = stride * (k + thick * line)
        const to = stride * (thin + size[axis] * line)
        for (let n = 0; n < stride; n++) out[to + n]! += weight * voxels[from + n]!
      }
    })
  })
  const first: Triple = [0, 0, 0]
  first[axis] = 0.5 / parts - 0.5
  const spacing: Triple = [...geometry.spacing]
  spacing[axis] /= parts
  return {
    geometry: { ...geometry, size, spacing, origin: indexToPhysical(geometry, first) },
    voxels: out
  }
}

/** Of every thin slice, the weights of the thick ones: (AᵀA + λ·DᵀD)⁻¹·Aᵀ. */
function thinWeights(thick: number, parts: number): Float64Array[] {
  const thin = thick * parts
  const matrix = Array.from({ length: thin }, () => new Float64Array(thin))
  const right = Array.from({ length: thin }, () => new Float64Array(thick))
  for (let n = 0; n < thin; n++) {
    const slice = Math.floor(n / parts)
    right[n]![slice] = 1 / parts
    for (let m = slice * parts; m < (slice + 1) * parts; m++) matrix[n]![m]! += 1 / parts ** 2
  }
  const difference = [1, -2, 1]
  for (let n = 0; n < thin - 2; n++) {
    difference.forEach((a, i) => {
      difference.forEach((b, j) => (matrix[n + i]![n + j]! += SMOOTHNESS * a * b))
    })
  }
  return solve(matrix, right)
}

/** Solves matrix · x = right for all its columns by Gauss's elimination, in place; the matrix is symmetric and positive definite, so no pivot is looked for. */
function solve(matrix: Float64Array[], right: Float64Array[]): Float64Array[] {
  const order = matrix.length
  for (let column = 0; column < order; column++) {
    for (let row = column + 1; row < order; row++) {
      const factor = matrix[row]![column]! / matrix[column]![column]!
      if (factor === 0) continue
      for (let n = column; n < order; n++) matrix[row]![n]! -= factor * matrix[column]![n]!
      right[row]!.forEach((_, n) => (right[row]![n]! -= factor * right[column]![n]!))
    }
  }
  for (let row = order - 1; row >= 0; row--) {
    for (let n = row + 1; n < order; n++) {
      const factor = matrix[row]![n]!
      if (factor !== 0) right[row]!.forEach((_, m) => (right[row]![m]! -= factor * right[n]![m]!))
    }
    right[row]!.forEach((_, m) => (right[row]![m]! /= matrix[row]![row]!))
  }
  return right
}
