import type { Triple } from '../../../shared/geometry'
import { nearestAxisOrder, reorder } from '../../../core/volume/orientation'
import type { Volume } from '../../../core/volume/volume'
import { encodePng } from './png'
import { exportLabels } from './labels'

/** A picture of one plane, as radiologists see it: the patient's right on the left of the picture. */
export interface Picture {
  plane: 'Axial' | 'Coronal' | 'Sagittal'
  png: Buffer
  /** Millimetres that it shows. */
  widthMm: number
  heightMm: number
  /** What lies on the left and right edge. */
  edges: readonly [string, string]
}

/** Canonical axes (0 right, 1 front, 2 top) along a plane's columns and rows; both run against the axis. */
const PLANES = [
  { plane: 'Axial', across: 0, down: 1, through: 2, edges: ['R', 'L'] },
  { plane: 'Coronal', across: 0, down: 2, through: 1, edges: ['R', 'L'] },
  { plane: 'Sagittal', across: 1, down: 2, through: 0, edges: ['A', 'P'] }
] as const

const OPACITY = 0.45

/** Pictures of the planes through the middle of the mask, with the mask in colour over the image. */
export function planesThroughMask(
  image: Volume,
  mask: Volume<Uint8Array>,
  window: { low: number; high: number }
): Picture[] {
  const order = nearestAxisOrder(image.geometry.direction)
  const { geometry, voxels } = reorder(image, order)
  const labels = reorder(mask, order).voxels
  const { size, spacing } = geometry
  const centre = middleOf(labels, size)
  const colours = new Map(
    exportLabels({ labels: 'crop', side: null }).map(({ index, colour }) => [index, colour])
  )
  const step: Triple = [1, size[0], size[0] * size[1]]
  const range = window.high - window.low || 1
  return PLANES.map(({ plane, across, down, through, edges }) => {
    const [width, height] = [size[across], size[down]]
    const rgb = new Uint8Array(3 * width * height)
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const at =
          centre[through] * step[through] +
          (width - 1 - x) * step[across] +
          (height - 1 - y) * step[down]
        const grey = 255 * Math.min(1, Math.max(0, (voxels[at]! - window.low) / range))
        const colour = colours.get(labels[at]!)
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

/** The voxel in the middle of the mask, or of the image where the mask is empty. */
function middleOf(labels: Uint8Array, size: Triple): Triple {
  const sum: Triple = [0, 0, 0]
  let count = 0
  labels.forEach((label, n) => {
    if (label === 0) return
    count++
    sum[0] += n % size[0]
    sum[1] += Math.floor(n / size[0]) % size[1]
    sum[2] += Math.floor(n / (size[0] * size[1]))
  })
  return (count === 0 ? size.map((n) => n >> 1) : sum.map((s) => Math.round(s / count))) as Triple
}
