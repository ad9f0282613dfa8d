import type { DicomProblem } from '../../../shared/dicom'
import type { Geometry, Triple } from '../../../shared/geometry'
import { SHEAR_TOLERANCE } from '../image-checks'
import type { Slice } from './instance'

/** Slices in the order of a volume, and the grid they make. */
export interface Stack {
  /** Sorted along the normal, `row × column`. */
  slices: Slice[]
  /** Null where the slices make no grid; sheared where the stack is tilted. */
  geometry: Geometry | null
  problems: DicomProblem[]
}

/** Positions nearer than this (mm) are one. */
const SAME_PLACE = 0.01
/** How far a slice may lie from its place in the regular grid: share of the spacing, and mm. */
const UNEVEN_SHARE = 0.05
const UNEVEN_MM = 0.05
/** Gaps within this share of a multiple of the spacing are slices that are missing. */
const GAP_SHARE = 0.2

/** Sorts slices that share orientation, size and pixel spacing along their normal, and judges their places. */
export function stackSlices(unsorted: readonly Slice[]): Stack {
  const first = unsorted[0]!
  const { orientation, pixelSpacing } = first
  if (
    orientation === null ||
    pixelSpacing === null ||
    unsorted.some((slice) => slice.position === null)
  ) {
    return stopped(unsorted, 'no-position', 'says nothing of where its images lie in the body')
  }
  const { row, column, normal } = axesOf(orientation)
  const places = unsorted.map((slice) => ({ slice, at: dot(slice.position!, normal) }))
  places.sort((a, b) => a.at - b.at || a.slice.frame - b.slice.frame)
  const slices = places.map(({ slice }) => slice)
  if (slices.length === 1) {
    return stopped(slices, 'single-slice', 'holds one slice alone; give all files of its series')
  }
  const steps = places.slice(1).map(({ at }, n) => at - places[n]!.at)
  const problem = gapProblem(steps) ?? unevenProblem(slices)
  if (problem !== null) return { slices, geometry: null, problems: [problem] }

  const last = slices.at(-1)!.position!
  const origin = slices[0]!.position!
  const step = last.map((value, axis) => (value - origin[axis]!) / (slices.length - 1)) as Triple
  const along = dot(step, normal)
  const sideways = Math.hypot(...step.map((value, axis) => value - along * normal[axis]!))
  const length = Math.hypot(...step)
  const drift = sideways * (slices.length - 1)
  const tilted = sideways / length > SHEAR_TOLERANCE && drift > 0.5 * Math.min(...pixelSpacing)
  const third = tilted ? step.map((value) => value / length) : normal
  const geometry: Geometry = {
    size: [first.instance.columns, first.instance.rows, slices.length],
    spacing: [pixelSpacing[1], pixelSpacing[0], tilted ? length : along],
    origin: [...origin],
    direction: [0, 1, 2].flatMap((axis) => [row[axis]!, column[axis]!, third[axis]!])
  }
  if (!tilted) return { slices, geometry, problems: [] }
  const degrees = (Math.acos(along / length) * 180) / Math.PI
  const text =
    `its slices are stacked askew, by ${degrees.toFixed(1)}° (a tilted gantry, say): ` +
    'give --repair-geometry to read it as if they were straight'
  return { slices, geometry, problems: [{ severity: 'repairable', code: 'tilted', text }] }
}

/**
 * Axes of a slice, made orthogonal as far as rounding in the file left them not to be: the mean of both is kept.
 */
export function axesOf(orientation: readonly number[]): {
  row: number[]
  column: number[]
  normal: number[]
} {
  const [a, b] = [orientation.slice(0, 3), orientation.slice(3)]
  const normal = unit(cross(a, b))
  const sum = unit(a.map((value, axis) => value + b[axis]!))
  const difference = unit(cross(sum, normal))
  // Row and column lie 45° to either side of the line between them.
  const row = unit(sum.map((value, axis) => value + difference[axis]!))
  return { row, column: cross(normal, row), normal }
}

/** What is wrong with the distances between neighbours, if anything is. */
function gapProblem(steps: readonly number[]): DicomProblem | null {
  const same = steps.filter((step) => step < SAME_PLACE).length
  if (same > 0) {
    const images = same === 1 ? 'an image lies' : `${same} images lie`
    const text = `${images} where another of the series lies already, so it is not one volume; export it again or choose another series`
    return { severity: 'unreadable', code: 'duplicate-positions', text }
  }
  const usual = median(steps)
  const gaps = steps
    .map((step, n) => ({ after: n + 1, missing: Math.round(step / usual) - 1, step }))
    .filter(
      ({ missing, step }) =>
        missing > 0 && Math.abs(step - (missing + 1) * usual) < GAP_SHARE * usual
    )
  if (gaps.length === 0) return null
  const missing = gaps.reduce((sum, gap) => sum + gap.missing, 0)
  const slices = missing === 1 ? 'a slice is missing' : `${missing} slices are missing`
  const where = gaps
    .slice(0, 3)
    .map(({ after, step }) => `${millimetres(step)} after slice ${after}`)
  const more = gaps.length > 3 ? ` and ${gaps.length - 3} more gaps` : ''
  const text = `${slices}: its slices are ${millimetres(usual)} apart, but ${where.join(', ')}${more}; export the whole series again`
  return { severity: 'unreadable', code: 'missing-slices', text }
}

/** Whether any slice lies off the straight, even line from the first to the last. */
function unevenProblem(slices: readonly Slice[]): DicomProblem | null {
  const from = slices[0]!.position!
  const to = slices.at(-1)!.position!
  const steps = slices.length - 1
  const spacing = Math.hypot(...to.map((value, axis) => value - from[axis]!)) / steps
  let worst = 0
  let at = 0
  slices.forEach(({ position }, n) => {
    const off = position!.map((value, axis) => {
      return value - from[axis]! - ((to[axis]! - from[axis]!) * n) / steps
    })
    if (Math.hypot(...off) > worst) [worst, at] = [Math.hypot(...off), n + 1]
  })
  if (worst <= Math.max(UNEVEN_MM, UNEVEN_SHARE * spacing)) return null
  const text = `its slices are not evenly spaced: slice ${at} lies ${millimetres(worst)} off its place (${millimetres(spacing)} apart on average); export the whole series again`
  return { severity: 'unreadable', code: 'unequal-spacing', text }
}

function stopped(slices: readonly Slice[], code: DicomProblem['code'], text: string): Stack {
  return { slices: [...slices], geometry: null, problems: [{ severity: 'unreadable', code, text }] }
}

/** A length as text: two decimals at most. */
export function millimetres(value: number): string {
  return `${Number(value.toFixed(2))} mm`
}

function dot(a: readonly number[], b: readonly number[]): number {
  return a[0]! * b[0]! + a[1]! * b[1]! + a[2]! * b[2]!
}

function cross(a: readonly number[], b: readonly number[]): number[] {
  return [
    a[1]! * b[2]! - a[2]! * b[1]!,
    a[2]! * b[0]! - a[0]! * b[2]!,
    a[0]! * b[1]! - a[1]! * b[0]!
  ]
}

function unit(vector: readonly number[]): number[] {
  const length = Math.hypot(...vector)
  return vector.map((value) => value / length + 0)
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)]!
}
