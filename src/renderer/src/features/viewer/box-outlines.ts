import type { HeadBox } from '../../../../shared/head'
import { HEMISPHERE, SIDE_OFFSET } from '../../../../shared/labels'
import { boxSection, faceNormal, type BoxFace } from '../../volume/head-box'
import { mmToCanvas, type PaneCamera, type PaneSize } from '../../volume/planes'
import { dot } from '../../volume/vector'

type Point = [number, number]

/** Where an edge of an outline is taken to move a face of the box. */
export interface BoxHandle {
  readonly face: BoxFace
  readonly at: Point
  readonly cursor: string
}

/** A box as a pane's slice cuts it, in CSS pixels. */
export interface BoxOutline {
  readonly box: HeadBox
  readonly colour: string
  /** L or R. */
  readonly letter: string
  readonly letterAt: Point
  readonly corners: readonly Point[]
  readonly handles: readonly BoxHandle[]
}

/** Pixels below which an edge is too short to be taken, and a box too small for its handles to leave room to drag it by. */
const SHORT_EDGE = 14
const SMALL_BOX = 44

/** The boxes that a pane's slice cuts. */
export function boxOutlines(
  boxes: readonly HeadBox[],
  camera: PaneCamera,
  size: PaneSize,
  colours: Readonly<Record<number, string>>
): BoxOutline[] {
  return boxes.flatMap((box) => {
    const section = boxSection(box.grid, camera.focal, camera.frame.normal)
    if (section === null) return []
    const corners = section.corners.map((corner) => mmToCanvas(camera, size, corner))
    const handles = section.faces.flatMap((face, n) => {
      if (Math.min(...extent(corners)) < SMALL_BOX) return []
      const [a, b] = [corners[n]!, corners[(n + 1) % corners.length]!]
      if (Math.hypot(b[0] - a[0], b[1] - a[1]) < SHORT_EDGE) return []
      const at: Point = [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2]
      return [{ face, at, cursor: resizeCursor(box, face, camera) }]
    })
    return [
      {
        box,
        colour: colours[SIDE_OFFSET[box.side] + 1] ?? '#fff',
        letter: HEMISPHERE[box.side],
        letterAt: topOf(corners),
        corners,
        handles
      }
    ]
  })
}

/** As `points` of an SVG polygon. */
export function svgPoints(corners: readonly Point[]): string {
  return corners.map(([x, y]) => `${x.toFixed(2)},${y.toFixed(2)}`).join(' ')
}

function extent(corners: readonly Point[]): [width: number, height: number] {
  const along = (axis: 0 | 1): number => {
    const values = corners.map((corner) => corner[axis])
    return Math.max(...values) - Math.min(...values)
  }
  return [along(0), along(1)]
}

/** Above the middle of the uppermost edge, where the letter covers nothing of the box. */
function topOf(corners: readonly Point[]): Point {
  const edges = corners.map((a, n) => {
    const b = corners[(n + 1) % corners.length]!
    return [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2] as Point
  })
  const top = edges.reduce((a, b) => (b[1] < a[1] ? b : a))
  return [top[0], top[1] - 12]
}

function resizeCursor({ grid }: HeadBox, face: BoxFace, { frame }: PaneCamera): string {
  const out = faceNormal(grid, face)
  const angle = Math.atan2(dot(out, frame.up), dot(out, frame.right))
  const eighth = Math.round((4 * angle) / Math.PI + 8) % 4
  return ['ew-resize', 'nesw-resize', 'ns-resize', 'nwse-resize'][eighth]!
}
