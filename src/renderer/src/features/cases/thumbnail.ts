import type { CaseImage } from '../../../../shared/api/cases'
import type { Geometry } from '../../../../shared/geometry'

/** A slice as a picture: `values[row * width + column]`, 0 (black) to 255. */
export interface Picture {
  width: number
  height: number
  /** Width and height of a pixel in millimetres. */
  pixel: [number, number]
  values: Uint8ClampedArray
}

/** Which slice of an image across its third stored axis lies in the middle, and where in the file of voxels it is. */
export function middleSlice({ size }: Geometry): { offset: number; length: number } {
  const length = size[0] * size[1]
  return { offset: Math.floor(size[2] / 2) * length, length }
}

/**
 * The middle slice as radiology shows it: the patient's left at the right of the picture, front and head up.
 *
 * @param slice float voxels of {@link middleSlice}, x fastest
 */
export function pictureOf(slice: Float32Array, image: CaseImage): Picture {
  const { geometry, window } = image
  const { across, down } = screenAxes(geometry)
  const [nx] = geometry.size
  const width = geometry.size[across.axis]
  const height = geometry.size[down.axis]
  const values = new Uint8ClampedArray(width * height)
  const scale = 255 / Math.max(window.high - window.low, Number.EPSILON)
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const a = across.flip ? width - 1 - column : column
      const d = down.flip ? height - 1 - row : row
      const index = across.axis === 0 ? a + nx * d : d + nx * a
      values[row * width + column] = ((slice[index] ?? 0) - window.low) * scale
    }
  }
  return {
    width,
    height,
    pixel: [geometry.spacing[across.axis], geometry.spacing[down.axis]],
    values
  }
}

interface ScreenAxis {
  /** Stored axis: 0 or 1. */
  axis: 0 | 1
  /** Whether it runs against the screen's direction. */
  flip: boolean
}

/** Which of the slice's two stored axes runs to the right of the screen, and which runs down. */
function screenAxes(geometry: Geometry): { across: ScreenAxis; down: ScreenAxis } {
  const [first, second] = [anatomyOf(geometry, 0), anatomyOf(geometry, 1)]
  // Left goes to the right of the screen and feet go down; the front-to-back axis takes the place that is left.
  const swap = first.axis === 2 || second.axis === 0
  const [right, below] = swap ? [second, first] : [first, second]
  return {
    across: { axis: swap ? 1 : 0, flip: right.sign < 0 },
    // LPS: S is positive, and the screen's rows run downwards.
    down: { axis: swap ? 0 : 1, flip: below.axis === 2 ? below.sign > 0 : below.sign < 0 }
  }
}

/** The LPS axis (0 left, 1 posterior, 2 superior) that a stored axis runs along most. */
function anatomyOf({ direction }: Geometry, stored: 0 | 1): { axis: number; sign: number } {
  let axis = 0
  for (let row = 1; row < 3; row++) {
    if (magnitude(direction, row, stored) > magnitude(direction, axis, stored)) axis = row
  }
  return { axis, sign: Math.sign(direction[axis * 3 + stored] ?? 1) }
}

function magnitude(direction: readonly number[], row: number, column: number): number {
  return Math.abs(direction[row * 3 + column] ?? 0)
}
