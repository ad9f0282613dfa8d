import type { Geometry, Triple } from '../../../shared/geometry'
import { LABEL_COLOURS } from '../../../shared/labels'
import { percentile } from '../../../core/metrics/statistics'
import { indexToPhysical } from '../../../core/volume/geometry'
import {
  indexMap,
  sampleLabels,
  sampleLinear,
  type IndexMap
} from '../../../core/volume/interpolate'
import type { Volume } from '../../../core/volume/volume'
import { encodePng } from '../../workspace/export/png'

/** What a picture shows. */
export interface PictureView {
  /** Millimetres a pixel. */
  pixelMm: number
  /** Millimetres around the mask. */
  marginMm: number
  /** Width and height that are shown at least, in millimetres. */
  leastMm: readonly [number, number]
  /** Mask that decides on the plane and its middle; the one that is drawn where there is none. */
  centredOn?: Volume<Uint8Array>
}

/** Both hippocampi, or where they should be. */
const HEAD_VIEW: PictureView = { pixelMm: 0.6, marginMm: 22, leastMm: [110, 70] }

/**
 * A coronal plane with the mask's outline, as PNG: the plane that holds most of the mask, or the image's middle where it is empty; the patient's right on
 * the left of the picture.
 */
export function coronalPicture(
  image: Volume,
  mask: Volume<Uint8Array>,
  view: PictureView = HEAD_VIEW
): Buffer {
  const plane = planeThrough(view.centredOn ?? mask, view)
  const [width, , height] = plane.size
  const map = indexMap(plane, image.geometry)
  const values = sampleLinear(image.voxels, image.geometry.size, 1, plane.size, map)
  const labels = sampleLabels(mask.voxels, mask.geometry.size, plane.size, map)
  const grey = greyScale(values)
  const rgb = new Uint8Array(3 * width * height)
  for (let n = 0; n < width * height; n++) {
    // Black outside the image, where sampling goes on with the edge.
    if (!isWithin(image.geometry.size, map, n % width, Math.floor(n / width))) continue
    const label = labels[n]!
    const colour = label > 0 && isOutline(labels, n, width) ? colourOf(label) : null
    rgb.set(colour ?? Array<number>(3).fill(grey(values[n]!)), 3 * n)
  }
  return encodePng(width, height, rgb)
}

/** @param map from the plane's indices to the image's */
function isWithin(size: Readonly<Triple>, map: IndexMap, column: number, row: number): boolean {
  return size.every((n, axis) => {
    const [a, , c, d] = map.slice(4 * axis, 4 * axis + 4) as [number, number, number, number]
    const place = a * column + c * row + d
    return place >= -0.5 && place <= n - 0.5
  })
}

/** A grid of one coronal layer: the first axis to the patient's left, the last one down, in LPS millimetres. */
function planeThrough(
  mask: Volume<Uint8Array>,
  { pixelMm, marginMm, leastMm }: PictureView
): Geometry {
  const { low, high, depth } = extentOf(mask)
  const [width, height] = [0, 2].map((axis, n) =>
    Math.max(leastMm[n]!, high[axis]! - low[axis]! + 2 * marginMm)
  ) as [number, number]
  const size: Triple = [Math.round(width / pixelMm), 1, Math.round(height / pixelMm)]
  const left = (low[0] + high[0]) / 2 - ((size[0] - 1) / 2) * pixelMm
  const top = (low[2] + high[2]) / 2 + ((size[2] - 1) / 2) * pixelMm
  return {
    size,
    spacing: [pixelMm, pixelMm, pixelMm],
    origin: [left, depth, top],
    // A mirrored grid: what is shown is seen from the front.
    direction: [1, 0, 0, 0, 1, 0, 0, 0, -1]
  }
}

/** Where the mask lies (LPS millimetres), and how far to the back most of it is. */
function extentOf({ geometry, voxels }: Volume<Uint8Array>): {
  low: Triple
  high: Triple
  depth: number
} {
  const low: Triple = [Infinity, Infinity, Infinity]
  const high: Triple = [-Infinity, -Infinity, -Infinity]
  /** Voxels of the mask by millimetre. */
  const layers = new Map<number, number>()
  const [nx, ny] = geometry.size
  voxels.forEach((label, n) => {
    if (label === 0) return
    const index: Triple = [n % nx, Math.floor(n / nx) % ny, Math.floor(n / (nx * ny))]
    const place = indexToPhysical(geometry, index)
    place.forEach((value, axis) => {
      low[axis] = Math.min(low[axis]!, value)
      high[axis] = Math.max(high[axis]!, value)
    })
    const layer = Math.round(place[1])
    layers.set(layer, (layers.get(layer) ?? 0) + 1)
  })
  if (layers.size === 0) {
    const middle = indexToPhysical(geometry, geometry.size.map((n) => (n - 1) / 2) as Triple)
    return { low: middle, high: middle, depth: middle[1] }
  }
  const [depth] = [...layers].reduce((best, layer) => (layer[1] > best[1] ? layer : best))
  return { low, high, depth }
}

/** Whether a neighbour of a labelled pixel has another label, or lies outside. */
function isOutline(labels: Uint8Array, n: number, width: number): boolean {
  const column = n % width
  if (column === 0 || column === width - 1) return true
  return [n - 1, n + 1, n - width, n + width].some((other) => labels[other] !== labels[n])
}

function colourOf(label: number): number[] {
  const hex = LABEL_COLOURS[label] ?? '#ffffff'
  return [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16))
}

function greyScale(values: Float32Array): (value: number) => number {
  const [low, high] = [percentile(values, 1), percentile(values, 99)]
  const range = high - low || 1
  return (value) => 255 * Math.min(1, Math.max(0, (value - low) / range))
}
