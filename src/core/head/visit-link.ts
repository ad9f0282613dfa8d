import type { Triple } from '../../shared/geometry'
import {
  affineAbout,
  composeAffines,
  invertAffine,
  linearPart,
  transformPoint
} from '../volume/affine'
import { nearestOrthonormal, type Affine } from '../volume/geometry'

/**
 * The rigid map between two scans of one head that were both registered to a template. Of the affine between them the rotation is kept, and where
 * it takes a place between the hippocampi: its scales and shears are errors of the registrations, and would hide what has changed.
 *
 * @param from template to the first scan, LPS millimetres
 * @param to template to the second one
 * @param middle in the first scan, LPS millimetres: where the map is to be most exact
 * @returns first scan to second; null where a transform is singular
 */
export function rigidLink(from: Affine, to: Affine, middle: Readonly<Triple>): number[] | null {
  const affine = composeAffines(to, invertAffine(from))
  const rotation = nearestOrthonormal(linearPart(affine))
  if (rotation === null) return null
  const target = transformPoint(affine, middle)
  return affineAbout(rotation, middle, target.map((value, axis) => value - middle[axis]!) as Triple)
}
