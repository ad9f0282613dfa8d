import type { Geometry, Triple } from '../../shared/geometry'
import { indexToPhysical } from './geometry'
import type { Volume } from './volume'

/**
 * The grid with another spacing along the same axes that covers the same field of view, centred on it: each size is the
 * nearest whole number of voxels, at least one.
 */
export function rescaledGeometry(geometry: Geometry, spacing: Readonly<Triple>): Geometry {
  const size = geometry.size.map((n, axis) =>
    Math.max(1, Math.round((n * geometry.spacing[axis]!) / spacing[axis]!))
  ) as Triple
  const first = size.map((n, axis) => {
    const centre = (geometry.size[axis]! - 1) / 2
    return centre - (((n - 1) / 2) * spacing[axis]!) / geometry.spacing[axis]!
  }) as Triple
  return {
    size,
    spacing: [...spacing],
    origin: indexToPhysical(geometry, first),
    direction: [...geometry.direction]
  }
}

/**
 * Changes the spacing along the image's own axes: linear interpolation where voxels become smaller, and where they become
 * larger the same triangle widened to the new spacing, so that detail the new grid cannot hold is averaged, not aliased.
 */
export function rescale(volume: Volume, spacing: Readonly<Triple>): Volume {
  const geometry = rescaledGeometry(volume.geometry, spacing)
  let voxels = volume.voxels
  const size: Triple = [...volume.geometry.size]
  const ratios = spacing.map((one, axis) => one / volume.geometry.spacing[axis]!)
  for (const axis of leastWorkFirst(ratios)) {
    const target = geometry.size[axis]!
    const ratio = ratios[axis]!
    if (target === size[axis] && ratio === 1) continue
    voxels = rescaleAxis(voxels, size, axis, target, ratio)
    size[axis] = target
  }
  return { geometry, voxels: voxels === volume.voxels ? voxels.slice() : voxels }
}

/** What makes the image smaller comes before what makes it larger, and of the former whole planes are added up before single voxels. */
function leastWorkFirst(ratios: readonly number[]): number[] {
  const axes = [...ratios.keys()]
  const isSmaller = (axis: number): boolean => ratios[axis]! > 1
  return [...axes.filter(isSmaller).reverse(), ...axes.filter((axis) => !isSmaller(axis))]
}

function rescaleAxis(
  voxels: Float32Array,
  size: Readonly<Triple>,
  axis: number,
  target: number,
  ratio: number
): Float32Array {
  const taps = Array.from({ length: target }, (_, n) => tapsAt(n, size[axis]!, target, ratio))
  const inner = size.slice(0, axis).reduce((a, b) => a * b, 1)
  const outer = size.slice(axis + 1).reduce((a, b) => a * b, 1)
  const out = new Float32Array(inner * target * outer)
  for (let o = 0; o < outer; o++) {
    taps.forEach(({ first, weights }, n) => {
      const to = inner * (n + target * o)
      weights.forEach((weight, m) => {
        addWeighted(out, to, voxels, inner * (first + m + size[axis]! * o), inner, weight)
      })
    })
  }
  return out
}

/** A function of its own, so that the loop that does the work is compiled for itself. */
function addWeighted(
  out: Float32Array,
  to: number,
  voxels: Float32Array,
  from: number,
  length: number,
  weight: number
): void {
  for (let x = 0; x < length; x++) out[to + x]! += weight * voxels[from + x]!
}

/** The source voxels that make voxel n of the new line, and their weights, which add up to 1. */
function tapsAt(
  n: number,
  length: number,
  target: number,
  ratio: number
): { first: number; weights: number[] } {
  const place = (length - 1) / 2 + (n - (target - 1) / 2) * ratio
  const centre = Math.min(Math.max(place, 0), length - 1)
  const reach = Math.max(1, ratio)
  const lowest = Math.ceil(centre - reach)
  const highest = Math.floor(centre + reach)
  const first = Math.max(0, lowest)
  const last = Math.min(length - 1, highest)
  const raw = Array.from({ length: last - first + 1 }, (_, m) =>
    Math.max(0, 1 - Math.abs(first + m - centre) / reach)
  )
  const whole = first === lowest && last === highest
  const balanced = whole ? balance(raw, first - centre) : raw
  const sum = balanced.reduce((a, b) => a + b, 0)
  return { first, weights: balanced.map((weight) => weight / sum) }
}

/**
 * Tilts weights so that their centre of mass is at 0: a widened triangle that falls between voxels is sampled unevenly,
 * which would move what it averages by up to a tenth of a voxel.
 *
 * @param start position of the first weight
 */
function balance(weights: readonly number[], start: number): number[] {
  let first = 0
  let second = 0
  weights.forEach((weight, m) => {
    first += weight * (start + m)
    second += weight * (start + m) ** 2
  })
  if (second === 0) return [...weights]
  return weights.map((weight, m) => weight * (1 - (first / second) * (start + m)))
}
