import { Enums, RenderingEngine, type Types } from '@cornerstonejs/core'
import type { Geometry, Triple } from '../../../shared/geometry'
import { voxelCount } from '../volume/grid'
import { PLANES, type PaneCamera, type Plane } from '../volume/planes'
import { addScaled } from '../volume/vector'
import { takeDrawing } from './drawing'
import { assertGraphics } from './graphics'
import { createVolume, forgetMetadata, removeVolume } from './local-volume'
import { graphicsWindow, releaseUnusedTextures } from './shared-textures'
import { compilations, startCornerstone } from './start'
import { shareProgram, styleActor, type LayerStyle, type Stop } from './style'
import { SurfaceView } from './surface-view'
import { filterTexture, sendTexture } from './volume-texture'

export type PaneId = Plane | 'volume'

interface Layer {
  geometry: Geometry
  /** The layer's own copy, which the volume's slices are views of. */
  values: Uint8Array
  volume: Types.IImageVolume
  style: LayerStyle
}

/** Distance in mm from which a slice is looked at; any, in a parallel projection. */
const VIEWING_DISTANCE = 500
const IMAGE = 'image'
/** Milliseconds by which the other panes may lag behind the one that the user paints in. */
const LAG = 50
/** Milliseconds for a pane from which on the window gets a turn before the next one is drawn. */
const SLOW = 20
/** Milliseconds after the first image at which the programs of what may be laid over it are compiled. */
const WARM_AFTER = 300
/** Layers that show nothing, of each kind that has a program of its own. */
const WARM: Readonly<Record<string, LayerStyle>> = {
  'warm filled': warmStyle(0),
  'warm outlined': warmStyle(1)
}

let stages = 0

/**
 * The panes on the screen: the slices of one image with layers of colour over it, and a view of surfaces. It knows nothing of
 * cases, labels or spikes.
 */
export class ImageStage {
  readonly surfaces: SurfaceView
  private readonly prefix = `stage${++stages}`
  private readonly engine: RenderingEngine
  private readonly layers = new Map<string, Layer>()
  private readonly cameras = new Map<Plane, PaneCamera>()
  private imageVolume: Types.IImageVolume | null = null
  private window = { low: 0, high: 1 }
  private interpolate = true
  /** Names of volumes never come back: Cornerstone keeps things by name. */
  private generation = 0
  private queue: Promise<void> = Promise.resolve()
  private readonly dirty = new Set<PaneId>()
  private frame = 0
  private lagging: ReturnType<typeof setTimeout> | undefined
  private destroyed = false
  private warming: ReturnType<typeof setTimeout> | undefined
  private readonly drawPanes: (viewportIds: readonly string[]) => void
  private isSlow = false
  private readonly stopListening: () => void

  /**
   * @param lost is called where the graphics processor was reset, as after a driver's crash or a computer's sleep: what was drawn is gone, and
   *   this stage will draw no more; make another
   * @throws Error where this window cannot draw
   */
  constructor(
    private readonly elements: Record<PaneId, HTMLDivElement>,
    lost: () => void
  ) {
    assertGraphics()
    startCornerstone()
    this.engine = new RenderingEngine(this.prefix)
    this.drawPanes = takeDrawing(this.engine, (id) => this.redraw(this.paneOf(id)))
    const background: Types.Point3 = [0, 0, 0]
    this.engine.setViewports([
      ...PLANES.map((plane) => ({
        viewportId: this.viewportId(plane),
        type: Enums.ViewportType.ORTHOGRAPHIC,
        element: elements[plane],
        defaultOptions: { background, orientation: Enums.OrientationAxis.AXIAL }
      })),
      {
        viewportId: this.viewportId('volume'),
        type: Enums.ViewportType.VOLUME_3D,
        element: elements.volume,
        defaultOptions: { background, parallelProjection: true }
      }
    ])
    this.surfaces = new SurfaceView(
      this.engine.getViewport(this.viewportId('volume')) as Types.IVolumeViewport,
      () => this.redraw('volume')
    )
    const stopCompilations = compilations.onReady(() => {
      this.surfaces.programsCame()
      this.redrawAll()
    })
    const canvas = graphicsWindow(this.engine, this.viewportId('volume')).getCanvas()
    canvas.addEventListener('webglcontextlost', lost)
    this.stopListening = () => {
      stopCompilations()
      canvas.removeEventListener('webglcontextlost', lost)
    }
  }

  /**
   * Shows an image, or nothing. All layers go. Resolves when it is drawn.
   *
   * @throws Error where the graphics processor does not take it; nothing is shown then
   */
  setImage(image: { geometry: Geometry; voxels: Float32Array } | null): Promise<void> {
    return this.inOrder(async () => {
      this.empty()
      if (image === null) {
        this.redrawAll()
        return
      }
      const id = this.volumeId(IMAGE)
      this.imageVolume = await createVolume(id, image.geometry, image.voxels)
      try {
        await this.send(this.imageVolume, this.interpolate)
      } catch (error) {
        // Nothing is to be laid over what is not there.
        this.empty()
        throw error
      }
      for (const plane of PLANES) {
        await this.slices(plane).setVolumes([
          {
            volumeId: id,
            actorUID: IMAGE,
            callback: ({ volumeActor }) => {
              shareProgram(volumeActor)
              this.styleImage(volumeActor)
            }
          }
        ])
      }
      this.restoreCameras()
      // Before the layers, which take their time as well.
      await this.paint()
      this.warming ??= setTimeout(() => {
        this.warmUp().catch((error: unknown) => {
          // What is not compiled now is compiled when it is drawn.
          console.info('nothing was compiled ahead:', error)
        })
      }, WARM_AFTER)
    })
  }

  /** Intensities that are black and white. */
  setWindow(low: number, high: number): void {
    this.window = { low, high }
    this.eachActor(IMAGE, (actor) => this.styleImage(actor))
  }

  /** Whether voxels of the image run into each other or are drawn as boxes. */
  setInterpolation(on: boolean): void {
    this.interpolate = on
    if (this.imageVolume !== null) filterTexture(this.imageVolume, on)
    this.eachActor(IMAGE, (actor) => this.styleImage(actor))
  }

  /**
   * Lays values over the image, in a grid of their own; null takes the layer away. The values are copied. Layers lie on each
   * other in the order in which they were first given.
   */
  setLayer(
    name: string,
    layer: { geometry: Geometry; values: Uint8Array; style: LayerStyle } | null
  ): Promise<void> {
    return this.inOrder(async () => {
      const before = this.layers.get(name)
      if (layer === null) {
        if (before !== undefined) this.removeLayer(name)
        this.redrawAll()
        return
      }
      if (this.imageVolume === null) return
      if (before !== undefined && sameGrid(before.geometry, layer.geometry)) {
        this.refill(before, layer.values)
        this.restyle(name, layer.style)
        return
      }
      if (before !== undefined) this.removeLayer(name)
      await this.addLayer(name, layer)
    })
  }

  setLayerStyle(name: string, style: LayerStyle): Promise<void> {
    return this.inOrder(() => {
      if (this.layers.has(name)) this.restyle(name, style)
      return Promise.resolve()
    })
  }

  /**
   * Takes over the part of a layer that changed; slices outside of it are neither copied nor uploaded. At once: a stroke must
   * not wait for anything.
   *
   * @param first pane to draw before the others
   */
  updateLayer(
    name: string,
    values: Uint8Array,
    min: Readonly<Triple>,
    max: Readonly<Triple>,
    first?: Plane
  ): void {
    const layer = this.layers.get(name)
    if (layer === undefined) return
    const [nx, ny] = layer.geometry.size
    for (let k = min[2]; k <= max[2]; k++) {
      const from = nx * (min[1] + ny * k)
      const to = nx * (max[1] + 1 + ny * k)
      layer.values.set(values.subarray(from, to), from)
      this.slicesChanged(layer, k)
    }
    this.upload(layer, first)
  }

  setCamera(plane: Plane, camera: PaneCamera): void {
    this.cameras.set(plane, camera)
    if (this.imageVolume !== null) this.applyCamera(plane)
  }

  /** After the panes changed their size. */
  resize(): void {
    if (this.destroyed) return
    this.engine.resize(false, false)
    this.restoreCameras()
    this.surfaces.refit()
  }

  /** Draws a pane in the next animation frame. */
  redraw(pane: PaneId): void {
    this.dirty.add(pane)
    if (this.frame !== 0 || this.destroyed) return
    this.frame = requestAnimationFrame(() => void this.draw())
  }

  redrawAll(): void {
    for (const pane of [...PLANES, 'volume'] as const) this.redraw(pane)
  }

  /** Resolves when all that was asked for so far is on the screen. */
  async settled(): Promise<void> {
    await this.queue
    this.catchUp()
    await this.paint()
  }

  canvas(pane: PaneId): HTMLCanvasElement {
    return this.engine.getViewport(this.viewportId(pane)).canvas
  }

  destroy(): Promise<void> {
    return this.inOrder(() => {
      this.empty()
      this.destroyed = true
      cancelAnimationFrame(this.frame)
      clearTimeout(this.lagging)
      clearTimeout(this.warming)
      this.stopListening()
      this.surfaces.destroy()
      this.engine.destroy()
      return Promise.resolve()
    })
  }

  /** Has the driver compile what is laid over an image while nobody waits for it: when the first result or the spikes come, they are drawn at once. */
  private async warmUp(): Promise<void> {
    await this.inOrder(async () => {
      const focal = this.cameras.get('axial')?.focal
      if (this.imageVolume === null || focal === undefined) return
      const size: Triple = [2, 2, 2]
      const geometry: Geometry = {
        size,
        spacing: [1, 1, 1],
        // Around the point that all slices go through: what no slice meets is not drawn.
        origin: focal.map((mm) => mm - 0.5) as Triple,
        direction: [1, 0, 0, 0, 1, 0, 0, 0, 1]
      }
      for (const [name, style] of Object.entries(WARM)) {
        const values = new Uint8Array(voxelCount(size))
        await this.addLayer(name, { geometry, values, style })
      }
    })
    // Drawn with the real programs, too: software drivers finish them only then.
    await this.paint()
    await this.inOrder(() => {
      for (const name of Object.keys(WARM)) this.removeLayer(name)
      return Promise.resolve()
    })
  }

  /** Draws what is asked for without waiting for the next animation frame, and again with the programs that it had to wait for. */
  private async paint(): Promise<void> {
    let isLeft: boolean
    do {
      await compilations.done()
      isLeft = false
      if (this.frame === 0) continue
      cancelAnimationFrame(this.frame)
      isLeft = this.draw()
      if (isLeft) await new Promise((resolve) => setTimeout(resolve))
    } while (isLeft || compilations.pending)
  }

  /**
   * Draws the panes that are to be drawn. All at once, as they belong together; but where that takes long, because there is no graphics processor, the window
   * gets a turn between them.
   *
   * @returns whether some are left for the next animation frame
   */
  private draw(): boolean {
    this.frame = 0
    if (this.destroyed) return false
    // Cornerstone refuses to draw a pane that is hidden; it is drawn when it is shown again.
    const visible = [...this.dirty].filter((pane) => {
      const { clientWidth, clientHeight } = this.elements[pane]
      return clientWidth > 2 && clientHeight > 2
    })
    this.dirty.clear()
    const now = this.isSlow ? visible.splice(0, 1) : visible.splice(0)
    if (now.length > 0) {
      const start = performance.now()
      this.drawPanes(now.map((pane) => this.viewportId(pane)))
      this.isSlow = performance.now() - start > SLOW * now.length
      // Drawing is when vtk.js parts with what was taken out of a pane.
      releaseUnusedTextures(this.engine, this.viewportId('volume'))
    }
    for (const pane of visible) this.redraw(pane)
    return visible.length > 0
  }

  /** One after the other: adding a volume to a pane takes more than one turn of the event loop. */
  private inOrder(step: () => Promise<void>): Promise<void> {
    const done = this.queue.then(() => (this.destroyed ? undefined : step()))
    this.queue = done.catch(() => undefined)
    return done
  }

  private async addLayer(
    name: string,
    { geometry, values, style }: { geometry: Geometry; values: Uint8Array; style: LayerStyle }
  ): Promise<void> {
    if (values.length !== voxelCount(geometry.size)) {
      throw new Error(
        `the layer ${name} has ${values.length} voxels for a grid of ${geometry.size.join('×')}: give both of one volume`
      )
    }
    const id = this.volumeId(name)
    const own = new Uint8Array(values.length)
    const volume = await createVolume(id, geometry, own)
    // Only now: it may have been edited meanwhile.
    own.set(values)
    this.layers.set(name, { geometry, values: own, volume, style })
    await this.send(volume, false)
    for (const plane of PLANES) {
      await this.slices(plane).addVolumes([
        {
          volumeId: id,
          actorUID: name,
          visibility: true,
          callback: ({ volumeActor }) => {
            shareProgram(volumeActor)
            styleActor(volumeActor, style)
          }
        }
      ])
      // Cornerstone resets the colours of what it adds.
      const actor = this.actor(plane, name)
      if (actor !== undefined) styleActor(actor, style)
    }
    this.restoreCameras()
  }

  private removeLayer(name: string): void {
    const layer = this.layers.get(name)
    if (layer === undefined) return
    for (const plane of PLANES) this.slices(plane).removeActors([name])
    removeVolume(layer.volume.volumeId)
    this.layers.delete(name)
    this.restoreCameras()
  }

  private refill(layer: Layer, values: Uint8Array): void {
    const [nx, ny, nz] = layer.geometry.size
    const length = nx * ny
    for (let k = 0; k < nz; k++) {
      const next = values.subarray(k * length, (k + 1) * length)
      const here = layer.values.subarray(k * length, (k + 1) * length)
      if (equal(here, next)) continue
      here.set(next)
      this.slicesChanged(layer, k)
    }
    this.upload(layer)
  }

  private slicesChanged({ volume }: Layer, k: number): void {
    const texture = volume.vtkOpenGLTexture as { setUpdatedFrame: (frame: number) => void }
    texture.setUpdatedFrame(k)
  }

  private upload({ volume }: Layer, first?: Plane): void {
    volume.imageData?.modified()
    if (first === undefined) {
      for (const plane of PLANES) this.redraw(plane)
      return
    }
    this.redraw(first)
    this.lagging ??= setTimeout(() => this.catchUp(), LAG)
  }

  /** Draws the panes that were to wait for another. */
  private catchUp(): void {
    if (this.lagging === undefined) return
    clearTimeout(this.lagging)
    this.lagging = undefined
    for (const plane of PLANES) this.redraw(plane)
  }

  private async send(volume: Types.IImageVolume, smooth: boolean): Promise<void> {
    const window = graphicsWindow(this.engine, this.viewportId('volume'))
    filterTexture(volume, smooth)
    await sendTexture(volume, window)
  }

  private restyle(name: string, style: LayerStyle): void {
    const layer = this.layers.get(name)
    if (layer === undefined) return
    layer.style = style
    this.eachActor(name, (actor) => styleActor(actor, style))
  }

  private styleImage(actor: Types.VolumeActor): void {
    const property = actor.getProperty()
    const { low, high } = this.window
    property.getRGBTransferFunction(0).setMappingRange(low, high)
    if (this.interpolate) property.setInterpolationTypeToLinear()
    else property.setInterpolationTypeToNearest()
  }

  private eachActor(name: string, apply: (actor: Types.VolumeActor) => void): void {
    for (const plane of PLANES) {
      const actor = this.actor(plane, name)
      if (actor === undefined) continue
      apply(actor)
      this.redraw(plane)
    }
  }

  private actor(plane: Plane, name: string): Types.VolumeActor | undefined {
    const entry = this.slices(plane)
      .getActors()
      .find(({ uid }) => uid === name)
    return entry?.actor as Types.VolumeActor | undefined
  }

  private restoreCameras(): void {
    if (this.imageVolume === null) return
    for (const plane of PLANES) this.applyCamera(plane)
  }

  private applyCamera(plane: Plane): void {
    const camera = this.cameras.get(plane)
    if (camera === undefined) return
    const { frame, focal, halfHeight } = camera
    const viewport = this.slices(plane)
    const full = {
      viewPlaneNormal: frame.normal,
      viewUp: frame.up,
      focalPoint: focal,
      position: addScaled(focal, frame.normal, VIEWING_DISTANCE),
      parallelScale: halfHeight
    }
    viewport.setCameraNoEvent(full)
    // Cornerstone skips this where only the viewer's side changed.
    void viewport.updateClippingPlanesForActors(full)
    this.redraw(plane)
  }

  private empty(): void {
    for (const name of [...this.layers.keys()]) this.removeLayer(name)
    if (this.imageVolume !== null) {
      for (const plane of PLANES) this.slices(plane).removeActors([IMAGE])
      removeVolume(this.imageVolume.volumeId)
      this.imageVolume = null
    }
    this.surfaces.clear()
    forgetMetadata()
  }

  private slices(plane: Plane): SliceViewport {
    return this.engine.getViewport(this.viewportId(plane)) as SliceViewport
  }

  private viewportId(pane: PaneId): string {
    return `${this.prefix}-${pane}`
  }

  private paneOf(viewportId: string): PaneId {
    return viewportId.slice(this.prefix.length + 1) as PaneId
  }

  private volumeId(name: string): string {
    return `${this.prefix}-${name}-${++this.generation}`
  }
}

/** What the slices need of Cornerstone's VolumeViewport, some of which its interface leaves out. */
type SliceViewport = Types.IVolumeViewport & {
  setCameraNoEvent: (camera: Types.ICamera) => void
  updateClippingPlanesForActors: (camera: Types.ICamera) => Promise<void>
}

function warmStyle(outline: number): LayerStyle {
  const clear = (value: number): Stop => ({ value, rgb: [0, 0, 0], opacity: 0 })
  return { kind: 'labels', outline, visible: true, stops: [clear(0), clear(1)] }
}

function sameGrid(a: Geometry, b: Geometry): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}

function equal(a: Uint8Array, b: Uint8Array): boolean {
  for (let n = 0; n < a.length; n++) if (a[n] !== b[n]) return false
  return true
}
