import { Enums, getConfiguration, init } from '@cornerstonejs/core'

let started = false

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
  started = true
}
