import { HippospikeError } from './errors'
import type { HeadBox } from './head'

/** A head in which the hippocampi could not be located by themselves; with boxes that are given it can be segmented still. */
export class NotLocatedError extends HippospikeError {
  /** @param guess where they may lie, a box a side; none where not even that is known */
  constructor(
    message: string,
    readonly guess: readonly HeadBox[]
  ) {
    super('input', message)
  }
}
