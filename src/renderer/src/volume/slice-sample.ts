import type { Geometry, Triple } from '../../../shared/geometry'
import { mmToIndex } from './grid'

/** A plane through an image: a square of pixels around a point, in LPS millimetres. */
export interface SlicePlane {
  readonly centre: Readonly<Triple>
  /** Unit vectors to the right of the picture and to its top. */
  readonly right: Readonly<Triple>
  readonly up: Readonly<Triple>
  /** Pixels on a side. */
  readonly pixels: number
  readonly mmPerPixel: number
}

/** What an image and its mask have on a plane, row by row from the top. */
export interface SampledSlice {
  /** NaN outside the image. */
  readonly values: Float32Array
  /** 0 outside the image, and where there is no mask. */
  readonly labels: Uint8Array
}

/** Samples an image by trilinear interpolation, and its mask by the nearest voxel, on a plane that may lie across the voxels. */
export function sampleSlice(
  geometry: Geometry,
  voxels: Float32Array,
  mask: Uint8Array | null,
  plane: SlicePlane
): SampledSlice {
  const { pixels, mmPerPixel, centre, right, up } = plane
  const values = new Float32Array(pixels * pixels).fill(NaN)
  const labels = new Uint8Array(pixels * pixels)
  const half = (pixels - 1) / 2
  const place = (column: number, row: number): Triple =>
    mmToIndex(
      geometry,
      centre.map(
        (value, axis) =>
          value +
          (column - half) * mmPerPixel * right[axis]! +
          (half - row) * mmPerPixel * up[axis]!
      ) as Triple
    )
  const start = place(0, 0)
  const across = minus(place(1, 0), start)
  const down = minus(place(0, 1), start)
  const [nx, ny, nz] = geometry.size
  for (let row = 0; row < pixels; row++) {
    for (let column = 0; column < pixels; column++) {
      const x = start[0] + column * across[0] + row * down[0]
      const y = start[1] + column * across[1] + row * down[1]
      const z = start[2] + column * across[2] + row * down[2]
      const [i, j, k] = [Math.round(x), Math.round(y), Math.round(z)]
      if (i < 0 || j < 0 || k < 0 || i >= nx || j >= ny || k >= nz) continue
      const at = row * pixels + column
      values[at] = trilinear(voxels, nx, ny, nz, x, y, z)
      if (mask !== null) labels[at] = mask[i + nx * (j + ny * k)]!
    }
  }
  return { values, labels }
}

function trilinear(
  voxels: Float32Array,
  nx: number,
  ny: number,
  nz: number,
  x: number,
  y: number,
  z: number
): number {
  const clamp = (value: number, n: number): number => Math.min(n - 1, Math.max(0, value))
  const [cx, cy, cz] = [clamp(x, nx), clamp(y, ny), clamp(z, nz)]
  const [i, j, k] = [Math.floor(cx), Math.floor(cy), Math.floor(cz)]
  const [fx, fy, fz] = [cx - i, cy - j, cz - k]
  const dx = i + 1 < nx ? 1 : 0
  const dy = j + 1 < ny ? nx : 0
  const dz = k + 1 < nz ? nx * ny : 0
  const at = i + nx * (j + ny * k)
  const row = (o: number): number => voxels[o]! + fx * (voxels[o + dx]! - voxels[o]!)
  const plane = (o: number): number => row(o) + fy * (row(o + dy) - row(o))
  return plane(at) + fz * (plane(at + dz) - plane(at))
}

function minus(a: Triple, b: Triple): Triple {
  return [a[0] - b[0], a[1] - b[1], a[2] - b[2]]
}

/**
 * A sampled slice as pixels: grey by the window, black outside the image, the outlines of the labels in their colours.
 *
 * @returns red, green, blue and opacity of each pixel
 */
export function paintSlice(
  { values, labels }: SampledSlice,
  pixels: number,
  window: { low: number; high: number },
  colours: Readonly<Record<number, string>>
): Uint8ClampedArray<ArrayBuffer> {
  const out = new Uint8ClampedArray(pixels * pixels * 4)
  const scale = 255 / Math.max(1e-9, window.high - window.low)
  const rgb = new Map<number, readonly [number, number, number]>()
  for (let at = 0; at < values.length; at++) {
    const value = values[at]!
    const grey = Number.isNaN(value) ? 0 : (value - window.low) * scale
    out.set([grey, grey, grey, 255], at * 4)
    const label = labels[at]!
    if (label === 0 || !isEdge(labels, pixels, at)) continue
    const colour = rgb.get(label) ?? parsed(colours[label] ?? '#ffffff')
    rgb.set(label, colour)
    out.set(colour, at * 4)
  }
  return out
}

function isEdge(labels: Uint8Array, pixels: number, at: number): boolean {
  const label = labels[at]
  const column = at % pixels
  return (
    (column > 0 && labels[at - 1] !== label) ||
    (column < pixels - 1 && labels[at + 1] !== label) ||
    (at >= pixels && labels[at - pixels] !== label) ||
    (at + pixels < labels.length && labels[at + pixels] !== label)
  )
}

function parsed(colour: string): readonly [number, number, number] {
  const value = Number.parseInt(colour.slice(1), 16)
  return [value >> 16, (value >> 8) & 255, value & 255]
}
