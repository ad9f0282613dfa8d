import vtkActor from '@kitware/vtk.js/Rendering/Core/Actor'
import vtkCellArray from '@kitware/vtk.js/Common/Core/CellArray'
import vtkDataArray from '@kitware/vtk.js/Common/Core/DataArray'
import vtkMapper from '@kitware/vtk.js/Rendering/Core/Mapper'
import vtkPolyData from '@kitware/vtk.js/Common/DataModel/PolyData'
import type { Types } from '@cornerstonejs/core'
import type { Triple } from '../../../shared/geometry'
import type { Surface } from '../volume/surface'
import { addScaled, cross, dot, normalised, scaled } from '../volume/vector'

/** Where the 3D view is looked at from: unit vectors in LPS. */
export interface Gaze {
  readonly right: Triple
  readonly up: Triple
  /** Towards the viewer. */
  readonly normal: Triple
}

/** From the front, the left and a little above. */
const START: Gaze = gazeAlong([0.55, -0.75, 0.37])
const DISTANCE = 1000

/** Surfaces in the patient's space, turned by the pointer. */
export class SurfaceView {
  private readonly actors = new Map<string, vtkActor>()
  private readonly wires = new Map<string, vtkActor>()
  private gaze = START
  private centre: Triple = [0, 0, 0]
  private radius = 1
  private zoom = 1
  private listener: (gaze: Gaze) => void = () => undefined

  constructor(
    private readonly viewport: Types.IVolumeViewport,
    private readonly redraw: () => void
  ) {}

  /** Calls back whenever it is looked at from elsewhere. */
  onGaze(listener: (gaze: Gaze) => void): void {
    this.listener = listener
    listener(this.gaze)
  }

  /** Shows a surface under a name, in place of the one that had it. */
  show(name: string, surface: Surface, rgb: Triple, opacity = 1): void {
    this.remove(name)
    if (surface.triangles.length === 0) return
    const actor = vtkActor.newInstance()
    const mapper = vtkMapper.newInstance()
    mapper.setInputData(polyData(surface))
    mapper.setScalarVisibility(false)
    actor.setMapper(mapper)
    const property = actor.getProperty()
    property.setColor(...rgb)
    property.setOpacity(opacity)
    property.setInterpolationToPhong()
    property.setAmbient(0.18)
    property.setDiffuse(0.82)
    property.setSpecular(0.25)
    property.setSpecularPower(24)
    this.actors.set(name, actor)
    this.viewport.getRenderer().addActor(actor)
    this.apply()
  }

  colour(name: string, rgb: Triple): void {
    this.actors
      .get(name)
      ?.getProperty()
      .setColor(...rgb)
    this.redraw()
  }

  remove(name: string): void {
    this.takeOut(this.actors, name)
  }

  /** Shows straight lines under a name, in place of those that had it. They are not among the {@link names}. */
  showWire(name: string, lines: readonly (readonly [Triple, Triple])[], rgb: Triple): void {
    this.removeWire(name)
    const actor = vtkActor.newInstance()
    const mapper = vtkMapper.newInstance()
    mapper.setInputData(lineData(lines))
    mapper.setScalarVisibility(false)
    actor.setMapper(mapper)
    actor.getProperty().setColor(...rgb)
    actor.getProperty().setLighting(false)
    this.wires.set(name, actor)
    this.viewport.getRenderer().addActor(actor)
    this.apply()
  }

  removeWire(name: string): void {
    this.takeOut(this.wires, name)
  }

  names(): string[] {
    return [...this.actors.keys()]
  }

  clear(): void {
    for (const name of this.names()) this.remove(name)
    for (const name of [...this.wires.keys()]) this.removeWire(name)
  }

  /** What is looked at: a ball in LPS millimetres. */
  frame(centre: Triple, radius: number): void {
    this.centre = centre
    this.radius = Math.max(1, radius)
    this.apply()
  }

  resetGaze(): void {
    this.gaze = START
    this.zoom = 1
    this.apply()
  }

  /** Turns by a drag over this part of the pane's height, to the right and down. */
  turn(right: number, down: number): void {
    const { up, normal } = this.gaze
    const angle = Math.PI
    const sideways = rotated(normal, up, -right * angle)
    const across = normalised(cross(up, sideways))
    const tilted = rotated(sideways, across, -down * angle)
    this.gaze = { right: across, up: normalised(cross(tilted, across)), normal: normalised(tilted) }
    this.apply()
  }

  zoomBy(factor: number): void {
    this.zoom = Math.min(20, Math.max(0.2, this.zoom * factor))
    this.apply()
  }

  refit(): void {
    this.apply()
  }

  /** After a program that vtk.js drew with in vain has come: it asks for it again where something changed. */
  programsCame(): void {
    for (const actor of [...this.actors.values(), ...this.wires.values()]) actor.modified()
  }

  destroy(): void {
    this.clear()
  }

  private takeOut(actors: Map<string, vtkActor>, name: string): void {
    const actor = actors.get(name)
    if (actor === undefined) return
    this.viewport.getRenderer().removeActor(actor)
    actor.getMapper()?.delete()
    actor.delete()
    actors.delete(name)
    this.redraw()
  }

  private apply(): void {
    const { width, height } = this.viewport.canvas
    const renderer = this.viewport.getRenderer()
    const camera = renderer.getActiveCamera()
    const fit = this.radius / Math.min(1, Math.max(1, width) / Math.max(1, height))
    camera.setParallelProjection(true)
    camera.setFocalPoint(...this.centre)
    camera.setPosition(...addScaled(this.centre, this.gaze.normal, DISTANCE))
    camera.setViewUp(...this.gaze.up)
    camera.setParallelScale(fit / this.zoom)
    camera.setClippingRange(1, 2 * DISTANCE)
    this.listener(this.gaze)
    this.redraw()
  }
}

function gazeAlong(from: Triple): Gaze {
  const normal = normalised(from)
  const right = normalised(cross([0, 0, 1], normal))
  return { right, up: cross(normal, right), normal }
}

/** Rodrigues' rotation about a unit vector. */
function rotated(v: Triple, axis: Triple, angle: number): Triple {
  const [c, s] = [Math.cos(angle), Math.sin(angle)]
  const turned = addScaled(scaled(v, c), cross(axis, v), s)
  return addScaled(turned, axis, dot(axis, v) * (1 - c))
}

function lineData(lines: readonly (readonly [Triple, Triple])[]): vtkPolyData {
  const data = vtkPolyData.newInstance()
  data.getPoints().setData(Float32Array.from(lines.flat(2)), 3)
  const cells = Uint32Array.from(lines.flatMap((_, n) => [2, 2 * n, 2 * n + 1]))
  data.setLines(vtkCellArray.newInstance({ values: cells }))
  return data
}

function polyData({ points, triangles, normals }: Surface): vtkPolyData {
  const data = vtkPolyData.newInstance()
  data.getPoints().setData(points, 3)
  const cells = new Uint32Array((triangles.length / 3) * 4)
  for (let t = 0, n = 0; t < triangles.length; t += 3, n += 4) {
    cells[n] = 3
    cells.set(triangles.subarray(t, t + 3), n + 1)
  }
  data.setPolys(vtkCellArray.newInstance({ values: cells }))
  data
    .getPointData()
    .setNormals(
      vtkDataArray.newInstance({ name: 'Normals', numberOfComponents: 3, values: normals })
    )
  return data
}
