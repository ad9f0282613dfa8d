/**
 * Says in plain words what is missing where nothing can be drawn: Cornerstone would fail on an internal of its own.
 *
 * @throws Error where this window has no WebGL 2
 */
export function assertGraphics(): void {
  const context = document.createElement('canvas').getContext('webgl2')
  if (context === null) {
    throw new Error(
      'this browser gives no WebGL 2. Switch on graphics acceleration in its settings; on a machine without a graphics card start Chrome or Chromium with --enable-unsafe-swiftshader. Segmenting and exporting work without it'
    )
  }
  // Browsers allow only so many contexts at a time, and this one is not needed any more.
  context.getExtension('WEBGL_lose_context')?.loseContext()
}
