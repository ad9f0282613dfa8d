/** Milliseconds between two looks at a fence. */
const LOOK = 4
/** Bytes after which what is sent waits for what was sent before. */
const PIECE = 2 ** 22

/** Tells, without waiting, whether the graphics processor is done with all that it was given until now; of a lost context nothing is to come. */
export function fence(gl: WebGL2RenderingContext): () => boolean {
  const sync = gl.fenceSync(gl.SYNC_GPU_COMMANDS_COMPLETE, 0)
  gl.flush()
  return () => {
    if (sync === null || gl.isContextLost()) return true
    if (gl.getSyncParameter(sync, gl.SYNC_STATUS) !== gl.SIGNALED) return false
    gl.deleteSync(sync)
    return true
  }
}

/** Resolves when the graphics processor is done with all that it was given until now, without standing still meanwhile. */
export function caughtUp(gl: WebGL2RenderingContext): Promise<void> {
  return passed(fence(gl))
}

async function passed(isThrough: () => boolean): Promise<void> {
  while (!isThrough()) await new Promise((resolve) => setTimeout(resolve, LOOK))
}

/**
 * Keeps a long transfer from piling up: the browser's queue to the graphics processor is short, and who writes into a full one stands still until there is
 * room. Called after each part with its bytes; it resolves when more may be sent.
 */
export function paced(gl: WebGL2RenderingContext): (bytes: number) => Promise<void> {
  let sent = 0
  let isThrough = (): boolean => true
  return async (bytes) => {
    sent += bytes
    if (sent < PIECE) return
    sent = 0
    // One piece is on its way while the one before it is waited for, so that neither side is idle.
    const last = isThrough
    isThrough = fence(gl)
    await passed(last)
  }
}
