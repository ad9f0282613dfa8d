/** Milliseconds of work after which the window gets a turn. */
const TURN = 30

/** Divides long work: called between its pieces, it lets the window have a turn when it is time for one. */
export function turns(now: () => number = () => performance.now()): () => Promise<void> {
  let since = now()
  return async () => {
    if (now() - since < TURN) return
    await new Promise((resolve) => setTimeout(resolve))
    since = now()
  }
}
