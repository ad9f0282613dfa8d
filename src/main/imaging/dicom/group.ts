import type { DicomProblem } from '../../../shared/dicom'
import { MARKS, type Instance, type Slice } from './instance'
import { axesOf } from './stack'

/** Slices that may make one volume. */
export interface Group {
  slices: Slice[]
  seriesUid: string
  /** 1-based among the volumes of its series; null where that has one volume alone. */
  part: number | null
  problems: DicomProblem[]
}

/** What tells two slices' grids apart, with how it is called; checked in this order. */
const DIFFERENCES: readonly (readonly [string, (a: Slice, b: Slice) => boolean])[] = [
  ['modality', (a, b) => a.instance.modality !== b.instance.modality],
  ['kind of file', (a, b) => a.instance.sopClass !== b.instance.sopClass],
  [
    'image size',
    (a, b) => a.instance.columns !== b.instance.columns || a.instance.rows !== b.instance.rows
  ],
  ['orientation', (a, b) => apart(a.orientation, b.orientation, 1e-3)],
  ['pixel size', (a, b) => apart(a.pixelSpacing, b.pixelSpacing, 1e-3)],
  ['frame of reference', (a, b) => a.instance.frameOfReference !== b.instance.frameOfReference],
  ['colour', (a, b) => a.instance.samples !== b.instance.samples],
  ['echo time', (a, b) => apart(timeOf(a.echoTime), timeOf(b.echoTime), 0.01)]
]

/** Positions nearer than this (mm) are one. */
const SAME_PLACE = 0.01

/**
 * Sorts images into volumes: by series, then by what no volume can mix, then, where several images share each place, by
 * what tells them apart (an echo, an acquisition, a time point).
 */
export function groupSlices(instances: readonly Instance[]): Group[] {
  const series = new Map<string, Instance[]>()
  for (const instance of instances) {
    const key = `${instance.studyUid}\n${instance.seriesUid}`
    const known = series.get(key)
    if (known) known.push(instance)
    else series.set(key, [instance])
  }
  return [...series.values()].flatMap(groupsOfSeries)
}

function groupsOfSeries(instances: readonly Instance[]): Group[] {
  const { unique, copies } = withoutCopies(instances)
  const clusters: Slice[][] = []
  const differences = new Set<string>()
  for (const slice of unique.flatMap((instance) => instance.slices)) {
    const found = clusters.find((cluster) => differenceOf(cluster[0]!, slice) === null)
    if (found) found.push(slice)
    else clusters.push([slice])
  }
  for (const cluster of clusters.slice(1)) {
    differences.add(differenceOf(clusters[0]![0]!, cluster[0]!)!)
  }
  const volumes = clusters.flatMap((cluster) => {
    const { parts, by } = separateStacked(cluster)
    if (by !== null) differences.add(by)
    return parts
  })
  const problems = copyProblems(copies)
  return volumes.map((slices, n) => ({
    slices,
    seriesUid: instances[0]!.seriesUid,
    part: volumes.length > 1 ? n + 1 : null,
    problems:
      volumes.length === 1 ? problems : [...problems, mixed(n + 1, volumes.length, differences)]
  }))
}

/** The same file twice in a folder, under two names, is one image. */
function withoutCopies(instances: readonly Instance[]): { unique: Instance[]; copies: number } {
  const known = new Map<string, Instance>()
  for (const instance of instances) {
    const key = instance.sopUid || instance.file.name
    if (!known.has(key)) known.set(key, instance)
  }
  const unique = [...known.values()].sort(
    (a, b) => (a.instanceNumber ?? Infinity) - (b.instanceNumber ?? Infinity) || 0
  )
  return { unique, copies: instances.length - unique.length }
}

function differenceOf(a: Slice, b: Slice): string | null {
  return DIFFERENCES.find(([, differs]) => differs(a, b))?.[0] ?? null
}

/**
 * Takes apart volumes that lie one on the other. Tried are the marks that scanners set, one after the other; failing these,
 * the order of the images, where each place holds equally many. What cannot be told apart stays together, for the checks.
 */
function separateStacked(slices: Slice[]): { parts: Slice[][]; by: string | null } {
  const places = slicesByPlace(slices)
  if (places === null || places.every((place) => place.length === 1)) {
    return { parts: [slices], by: null }
  }
  for (const mark of MARKS) {
    const parts = [...groupedBy(slices, ({ marks }) => marks[mark]).values()]
    const clean = parts.every((part) => slicesByPlace(part)!.every((place) => place.length === 1))
    if (parts.length > 1 && clean) return { parts, by: mark }
  }
  const deep = places[0]!.length
  if (places.length === 1 || places.some((place) => place.length !== deep)) {
    return { parts: [slices], by: null }
  }
  const parts = Array.from({ length: deep }, (_, n) => places.map((place) => place[n]!))
  return { parts, by: 'order of the images' }
}

/** Slices by where they lie along the normal; null where some lie nowhere. */
function slicesByPlace(slices: readonly Slice[]): Slice[][] | null {
  const { orientation } = slices[0]!
  if (orientation === null || slices.some(({ position }) => position === null)) return null
  const { normal } = axesOf(orientation)
  const placed = slices
    .map((slice) => ({
      slice,
      at: slice.position!.reduce((sum, value, axis) => sum + value * normal[axis]!, 0)
    }))
    .sort((a, b) => a.at - b.at)
  const places: Slice[][] = []
  let last = -Infinity
  for (const { slice, at } of placed) {
    if (at - last < SAME_PLACE) places.at(-1)!.push(slice)
    else places.push([slice])
    last = at
  }
  return places
}

function groupedBy<T, K>(values: readonly T[], keyOf: (value: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>()
  for (const value of values) {
    const group = groups.get(keyOf(value))
    if (group) group.push(value)
    else groups.set(keyOf(value), [value])
  }
  return groups
}

function mixed(part: number, parts: number, differences: ReadonlySet<string>): DicomProblem {
  const text = `its series mixes ${parts} volumes, which differ in ${[...differences].join(', ')}: this is number ${part}`
  return { severity: 'warning', code: 'mixed', text }
}

function copyProblems(copies: number): DicomProblem[] {
  if (copies === 0) return []
  const text =
    copies === 1
      ? 'one of its files is there twice; one copy is used'
      : `${copies} of its files are copies of others; one copy of each is used`
  return [{ severity: 'warning', code: 'copies', text }]
}

function apart(
  a: readonly number[] | null,
  b: readonly number[] | null,
  tolerance: number
): boolean {
  if (a === null || b === null) return a !== b
  return a.some((value, n) => Math.abs(value - b[n]!) > tolerance)
}

function timeOf(value: number | null): number[] | null {
  return value === null ? null : [value]
}
