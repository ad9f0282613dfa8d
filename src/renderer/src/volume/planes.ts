import type { Geometry, Triple } from '../../../shared/geometry'
import { axisVector, centreOf, indexToMm } from './grid'
import { addScaled, cross, dot, scaled, subtract } from './vector'

export type Plane = 'axial' | 'coronal' | 'sagittal'
export const PLANES: readonly Plane[] = ['axial', 'coronal', 'sagittal']

/** Radiological: the patient's left is on the right of the screen. Neurological: on the left. */
export type Convention = 'radiological' | 'neurological'

/**
 * How a plane lies on the screen. The planes follow the image's own axes, so that a pane shows voxels as they were
 * measured, also where the image is oblique to the patient.
 */
export interface PlaneFrame {
  readonly plane: Plane
  /** Unit vectors in LPS: to the right of the screen, to its top, and from the screen to the viewer. */
  readonly right: Triple
  readonly up: Triple
  readonly normal: Triple
  /** Stored axes that run along them, either way. */
  readonly rightAxis: number
  readonly upAxis: number
  readonly normalAxis: number
  /** Where the edges of the screen are in the patient: 'L', or 'LP' where the edge lies between two. */
  readonly letters: { left: string; right: string; top: string; bottom: string }
}

/** What a pane shows: the point at its centre and half of its height, both in millimetres. */
export interface PaneCamera {
  readonly frame: PlaneFrame
  readonly focal: Triple
  readonly halfHeight: number
}

export interface PaneSize {
  /** CSS pixels. */
  width: number
  height: number
}

/** Beyond this sine of an angle (15°) an axis earns a second letter. */
const SECOND_LETTER = Math.sin((15 * Math.PI) / 180)

/** Screen axes of each plane in patient axes: [patient axis, sign], patient axes in the order L, P, S. */
const UP: Readonly<Record<Plane, readonly [number, number]>> = {
  axial: [1, -1],
  coronal: [2, 1],
  sagittal: [2, 1]
}
const NORMAL: Readonly<Record<Plane, readonly [number, number]>> = {
  axial: [2, -1],
  coronal: [1, -1],
  sagittal: [0, 1]
}

/** The frame of a plane of this image. */
export function planeFrame(geometry: Geometry, plane: Plane, convention: Convention): PlaneFrame {
  const patient = patientAxes(geometry)
  const [upPatient, upSign] = UP[plane]
  const [normalPatient, radiologicalSign] = NORMAL[plane]
  // Seen from the other side, left and right change places; nothing is mirrored.
  const turned = convention === 'neurological' && plane !== 'sagittal'
  const normalSign = turned ? -radiologicalSign : radiologicalSign
  const up = scaled(patient[upPatient]!.vector, upSign)
  const normal = scaled(patient[normalPatient]!.vector, normalSign)
  const right = cross(up, normal)
  return {
    plane,
    right,
    up,
    normal,
    rightAxis: patient[3 - upPatient - normalPatient]!.axis,
    upAxis: patient[upPatient]!.axis,
    normalAxis: patient[normalPatient]!.axis,
    letters: {
      left: directionLetters(scaled(right, -1)),
      right: directionLetters(right),
      top: directionLetters(up),
      bottom: directionLetters(scaled(up, -1))
    }
  }
}

/** Letters of the patient directions that a vector in LPS points to, the nearest first. */
export function directionLetters(vector: Readonly<Triple>): string {
  const letters = ['LR', 'PA', 'SI']
  const order = [0, 1, 2].sort((a, b) => Math.abs(vector[b]!) - Math.abs(vector[a]!))
  return order
    .filter((axis, rank) => rank === 0 || Math.abs(vector[axis]!) > SECOND_LETTER)
    .map((axis) => letters[axis]![vector[axis]! >= 0 ? 0 : 1]!)
    .join('')
}

/** For L, P and S: the stored axis nearest to it, as a unit vector that points there. */
function patientAxes(geometry: Geometry): { axis: number; vector: Triple }[] {
  const vectors = [0, 1, 2].map((axis) => axisVector(geometry, axis))
  const orders = [
    [0, 1, 2],
    [0, 2, 1],
    [1, 0, 2],
    [1, 2, 0],
    [2, 0, 1],
    [2, 1, 0]
  ]
  const score = (order: number[]): number =>
    order.reduce((sum, axis, patient) => sum + Math.abs(vectors[axis]![patient]!), 0)
  // Of equal ones the first wins: the stored order is kept where it can be.
  const best = orders.reduce((a, b) => (score(b) > score(a) + 1e-9 ? b : a))
  return best.map((axis, patient) => {
    const vector = vectors[axis]!
    return { axis, vector: scaled(vector, vector[patient]! < 0 ? -1 : 1) }
  })
}

/**
 * The camera of a pane.
 *
 * @param voxel whose slice is shown
 * @param zoom 1 shows the whole image
 * @param pan of the image in millimetres, to the right and up
 */
export function paneCamera(
  geometry: Geometry,
  frame: PlaneFrame,
  voxel: Readonly<Triple>,
  size: PaneSize,
  zoom: number,
  pan: readonly [number, number]
): PaneCamera {
  const centre = centreOf(geometry)
  const depth = dot(subtract(indexToMm(geometry, voxel), centre), frame.normal)
  let focal = addScaled(centre, frame.normal, depth)
  focal = addScaled(focal, frame.right, -pan[0])
  focal = addScaled(focal, frame.up, -pan[1])
  return { frame, focal, halfHeight: fitHalfHeight(geometry, frame, size) / zoom }
}

/** Half of a pane's height in millimetres at which the whole slice just fits. */
export function fitHalfHeight(geometry: Geometry, frame: PlaneFrame, size: PaneSize): number {
  const width = geometry.size[frame.rightAxis]! * geometry.spacing[frame.rightAxis]!
  const height = geometry.size[frame.upAxis]! * geometry.spacing[frame.upAxis]!
  const aspect = Math.max(1, size.width) / Math.max(1, size.height)
  return (Math.max(height, width / aspect) / 2) * 1.04
}

/** The point in LPS millimetres under a pane's pixel (CSS pixels from its top left). */
export function canvasToMm(camera: PaneCamera, size: PaneSize, x: number, y: number): Triple {
  const mmPerPixel = (2 * camera.halfHeight) / size.height
  const { frame, focal } = camera
  const alongRight = addScaled(focal, frame.right, (x - size.width / 2) * mmPerPixel)
  return addScaled(alongRight, frame.up, (size.height / 2 - y) * mmPerPixel)
}

/** Where a point in LPS millimetres is seen: the inverse of {@link canvasToMm} for points of the slice. */
export function mmToCanvas(
  camera: PaneCamera,
  size: PaneSize,
  mm: Readonly<Triple>
): [number, number] {
  const pixelsPerMm = size.height / (2 * camera.halfHeight)
  const offset = subtract(mm, camera.focal)
  return [
    size.width / 2 + dot(offset, camera.frame.right) * pixelsPerMm,
    size.height / 2 - dot(offset, camera.frame.up) * pixelsPerMm
  ]
}

/** Step of the stored index, +1 or −1, that goes deeper into the screen. */
export function deeperStep(geometry: Geometry, frame: PlaneFrame): 1 | -1 {
  return dot(axisVector(geometry, frame.normalAxis), frame.normal) < 0 ? 1 : -1
}
