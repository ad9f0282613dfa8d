import { Background } from './background'
import type { LabelSurfaces, SurfacesWork } from './label-surfaces'

/** Makes the surfaces of a mask without keeping the window waiting. */
export function createSurfaceMaker(): Background<SurfacesWork, LabelSurfaces> {
  return new Background(
    () => new Worker(new URL('./label-surfaces.worker.ts', import.meta.url), { type: 'module' })
  )
}
