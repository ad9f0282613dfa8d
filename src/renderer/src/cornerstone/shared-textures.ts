import type { RenderingEngine } from '@cornerstonejs/core'
import type { vtkObject } from '@kitware/vtk.js/interfaces'

/** What vtk.js keeps on the graphics processor for an object, and the mappers that draw with it. */
interface SharedTexture {
  readonly coreObject: object
  readonly users: ReadonlySet<vtkObject>
}

export interface GraphicsWindow {
  /** Gets a context where there is none yet. */
  initialize: () => void
  /** Null before {@link initialize}. */
  getContext: () => WebGL2RenderingContext | null
  getCanvas: () => HTMLCanvasElement
  /** By name, what the object keeps for itself. */
  getReferenceByName: (name: '_graphicsResources') => ReadonlyMap<object, SharedTexture>
  unregisterGraphicsResourceUser: (coreObject: object, user: vtkObject) => void
}

/**
 * vtk.js's window, which the panes share.
 *
 * @param viewportId of any pane
 */
export function graphicsWindow(engine: RenderingEngine, viewportId: string): GraphicsWindow {
  const view: unknown = engine.getOffscreenMultiRenderWindow(viewportId).getOpenGLRenderWindow()
  return view as GraphicsWindow
}

/**
 * Lets go of the colour and opacity tables of what is drawn no more. Cornerstone's mapper of volumes registers for them and never
 * takes that back, so that vtk.js would keep them, and through the mapper all of a case, for as long as the window is open.
 *
 * @param viewportId of any pane: they share one context
 */
export function releaseUnusedTextures(engine: RenderingEngine, viewportId: string): void {
  const window = graphicsWindow(engine, viewportId)
  for (const { coreObject, users } of [
    ...window.getReferenceByName('_graphicsResources').values()
  ]) {
    for (const user of [...users]) {
      if (user.isDeleted()) window.unregisterGraphicsResourceUser(coreObject, user)
    }
  }
}
