import type { Triple } from '../../../shared/geometry'
import { HEAD_LABELS, isHeadMask, sideOf, SIDES, type MaskLabel } from '../../../shared/labels'
import { nearestAxisOrder, reorder } from '../../../core/volume/orientation'
import type { Volume } from '../../../core/volume/volume'
import { encodePng } from './png'
import { rgbOf } from './labels'

/** A picture of one plane, as radiologists see it: the patient's right on the left of the picture. */
export interface Picture {
  plane: string
  png: Buffer
  /** Millimetres that it shows. */
  widthMm: number
  heightMm: number
  /** What lies on the left and right edge. */
  edges: readonly [string, string]
}

/** Canonical axes (0 right, 1 front, 2 top) along a plane's columns and rows; both run against the axis. */
const AXIAL = { plane: 'Axial', across: 0, down: 1, through: 2, edges: ['R', 'L'] } as const
const CORONAL = { plane: 'Coronal', across: 0, down: 2, through: 1, edges: ['R', 'L'] } as const
const SAGITTAL = { plane: 'Sagittal', across: 1, down: 2, through: 0, edges: ['A', 'P'] } as const

const OPACITY = 0.45

/**
 * Pictures of the planes through the middle of the mask, with the mask in colour over the image. Of a head there are two sagittal planes, as
 * none goes through both sides.
 */
export function planesThroughMask(
  image: Volume,
  mask: Volume<Uint8Array>,
  window: { low: number; high: number }
): Picture[] {
  const order = nearestAxisOrder(image.geometry.direction)
  const { geometry, voxels } = reorder(image, order)
  const labels = reorder(mask, order).voxels
  const { size, spacing } = geometry
  const centre = middleOf(labels, size, HEAD_LABELS)
  const sagittal = isHeadMask(geometry, labels)
    ? SIDES.map((side) => {
        const own = HEAD_LABELS.filter(({ index }) => sideOf(index) === side)
        const plane = `${side === 'left' ? 'Left' : 'Right'} sagittal`
        return { ...SAGITTAL, plane, at: middleOf(labels, size, own)[0] }
      })
    : [{ ...SAGITTAL, at: centre[0] }]
  const planes = [{ ...AXIAL, at: centre[2] }, { ...CORONAL, at: centre[1] }, ...sagittal]
  const colours = HEAD_LABELS.map(({ index }) => (index === 0 ? undefined : rgbOf(index)))
  const step: Triple = [1, size[0], size[0] * size[1]]
  const range = window.high - window.low || 1
  return planes.map(({ plane, across, down, through, edges, at: slice }) => {
    const [width, height] = [size[across], size[down]]
    const rgb = new Uint8Array(3 * width * height)
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const at =
          slice * step[through] + (width - 1 - x) * step[across] + (height - 1 - y) * step[down]
        const grey = 255 * Math.min(1, Math.max(0, (voxels[at]! - window.low) / range))
        const colour = colours[labels[at]!]
        for (let c = 0; c < 3; c++) {
          rgb[3 * (y * width + x) + c] =
            colour === undefined ? grey : (1 - OPACITY) * grey + OPACITY * colour[c]!
        }
      }
    }
    const png = encodePng(width, height, rgb)
    return {
      plane,
      png,
      widthMm: width * spacing[across],
      heightMm: height * spacing[down],
      edges
    }
  })
}

/** The voxel in the middle of what has some labels, or of the image where nothing has. */
function middleOf(labels: Uint8Array, size: Triple, table: readonly MaskLabel[]): Triple {
  const wanted = table.map(({ index }) => index)
  const sum: Triple = [0, 0, 0]
  let count = 0
  labels.forEach((label, n) => {
    if (label === 0 || !wanted.includes(label)) return
    count++
    sum[0] += n % size[0]
    sum[1] += Math.floor(n / size[0]) % size[1]
    sum[2] += Math.floor(n / (size[0] * size[1]))
  })
  return (count === 0 ? size.map((n) => n >> 1) : sum.map((s) => Math.round(s / count))) as Triple
}
