import { Enums, getConfiguration, init } from '@cornerstonejs/core'
import vtkShaderCache from '@kitware/vtk.js/Rendering/OpenGL/ShaderCache'
import { Compilations, patient, type ShaderCache } from './patient-shaders'

let started = false

/** What the graphics driver is compiling for this window. */
export const compilations = new Compilations()

/** Starts Cornerstone3D once in this window. */
export function startCornerstone(): void {
  if (started) return
  const standard = getConfiguration()
  init({
    ...standard,
    rendering: {
      ...standard.rendering,
      // One WebGL context for all panes: a volume's texture is uploaded once instead of once a pane.
      renderingEngineMode: Enums.RenderingEngineModeEnum.Tiled
    }
  })
  const { newInstance } = vtkShaderCache
  vtkShaderCache.newInstance = (values) => patient(newInstance(values) as ShaderCache, compilations)
  started = true
}
