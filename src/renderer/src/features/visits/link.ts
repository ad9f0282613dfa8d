import type { Triple } from '../../../../shared/geometry'

/** A rigid map between the spaces of two visits: rows of a 3×4 affine, LPS millimetres. */
export type Link = readonly number[]

/** Where a place of the first visit is in the second. */
export function throughLink(link: Link, mm: Readonly<Triple>): Triple {
  const turned = turnedByLink(link, mm)
  return [turned[0] + link[3]!, turned[1] + link[7]!, turned[2] + link[11]!]
}

/** A direction of the first visit in the second. */
export function turnedByLink(link: Link, vector: Readonly<Triple>): Triple {
  const row = (at: number): number =>
    link[at]! * vector[0] + link[at + 1]! * vector[1] + link[at + 2]! * vector[2]
  return [row(0), row(4), row(8)]
}

/** The map back. */
export function invertedLink(link: Link): number[] {
  // What only turns is turned back by its transpose.
  const turn = [0, 1, 2].map((row) => [0, 1, 2].map((column) => link[4 * column + row]!))
  const shift = [link[3]!, link[7]!, link[11]!]
  return turn.flatMap((row) => [
    ...row,
    -row.reduce((sum, value, axis) => sum + value * shift[axis]!, 0)
  ])
}
