import type { RenderingEngine } from '@cornerstonejs/core'

/** What there is of Cornerstone's engine beyond its interface. */
interface Drawing {
  /** Of panes that wait for its animation frame. */
  readonly _needsRender: Set<string>
  _animationFrameHandle: number | null
  /** Draws them. */
  _renderFlaggedViewports: () => void
}

/**
 * Draws a pane, and no other. At once: Cornerstone would wait for another animation frame, which a stroke of the brush is seen later by.
 *
 * @returns panes that Cornerstone meant to draw on its own account, after a volume was added for instance; they are left to the caller
 */
export function drawNow(engine: RenderingEngine, viewportId: string): string[] {
  const drawing = (engine as unknown as { _implementation: Drawing })._implementation
  const others = [...drawing._needsRender].filter((id) => id !== viewportId)
  for (const id of others) drawing._needsRender.delete(id)
  engine.renderViewport(viewportId)
  if (drawing._animationFrameHandle !== null) cancelAnimationFrame(drawing._animationFrameHandle)
  drawing._renderFlaggedViewports()
  return others
}
