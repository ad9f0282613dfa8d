import type { RenderingEngine } from '@cornerstonejs/core'

/** What there is of Cornerstone's engine beyond its interface. */
interface Implementation {
  /** Ids of panes that are to be drawn. */
  readonly _needsRender: Set<string>
  /** Asks for an animation frame in which they are. */
  _render: () => void
  /** Draws them. */
  _renderFlaggedViewports: () => void
}

/**
 * Takes the decision when to draw from Cornerstone. By itself it draws whatever changed, all panes in one go, in an animation frame of its own: later than who draws
 * in one already would, and a second time where both do.
 *
 * @param asked is told the id of each pane that Cornerstone wants to draw, after a volume was added for instance
 * @returns draws panes, by their ids, at once, and no others
 */
export function takeDrawing(
  engine: RenderingEngine,
  asked: (viewportId: string) => void
): (viewportIds: readonly string[]) => void {
  const cornerstone = (engine as unknown as { _implementation: Implementation })._implementation
  cornerstone._render = () => {
    const wanted = [...cornerstone._needsRender]
    cornerstone._needsRender.clear()
    for (const id of wanted) asked(id)
  }
  return (viewportIds) => {
    for (const id of viewportIds) cornerstone._needsRender.add(id)
    cornerstone._renderFlaggedViewports()
  }
}
