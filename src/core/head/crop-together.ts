import type { Triple } from '../../shared/geometry'
import { crop, type Roi } from '../volume/crop'
import type { Volume } from '../volume/volume'
import { maskExtent } from './extent'

type Labels = Volume<Uint8Array>

/** Two label maps of one grid, both on the smallest box that holds all that they label, with a rim of background where the image has one. */
export function cropTogether(a: Labels, b: Labels): [Labels, Labels] {
  const { size } = a.geometry
  const extent = maskExtent(
    a.voxels.map((label, n) => label | b.voxels[n]!),
    size
  )
  if (extent === null) return [a, b]
  const roi: Roi = {
    start: extent.low.map((value) => Math.max(0, value - 1)) as Triple,
    end: extent.high.map((value, axis) => Math.min(size[axis]!, value + 2)) as Triple
  }
  return [crop(a, roi), crop(b, roi)]
}
