import type { Triple } from '../../shared/geometry'
import { linearPart } from '../volume/affine'
import { determinant3, type Affine } from '../volume/geometry'

/** Angles to the head's own left, in degrees, up to which a scan's left is believed. */
const MOST_TURNED = 60

/**
 * Whether a registration says of left and right what the scan's header says. A transform that mirrors, or that turns the template's left
 * away from the scan's, contradicts it: one of the two is wrong, and so would be the sides of a mask.
 *
 * @param transform template to scan, LPS millimetres: the header's, through the scan's affine
 * @returns what contradicts, in words; null where nothing does
 */
export function lateralityProblem(transform: Affine): string | null {
  const linear = linearPart(transform)
  if (determinant3(linear) <= 0) return 'the head appears mirrored'
  const left: Triple = [linear[0]!, linear[3]!, linear[6]!]
  const angle = (Math.acos(left[0] / Math.hypot(...left)) * 180) / Math.PI
  if (angle <= MOST_TURNED) return null
  return `the head's left lies ${angle.toFixed(0)}° from the left that the header gives`
}

/** Whether the left mask lies to the left of the right one, from the middles of both in LPS millimetres. */
export function sidesAreInOrder(left: Readonly<Triple>, right: Readonly<Triple>): boolean {
  return left[0] > right[0]
}
