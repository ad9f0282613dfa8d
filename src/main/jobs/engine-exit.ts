import { HippospikeError } from '../../shared/errors'

/** The engine ended before its job was done: whatever the job was given, it may well succeed another time. */
export class EngineDiedError extends HippospikeError {}

/** How an engine process ended, and the last lines it printed. */
export interface EngineExit {
  code: number | null
  signal: NodeJS.Signals | null
  tail: readonly string[]
}

const MORE = 'run it again with --verbose to see all that the engine printed'
/** A shell, or a container's init, reports a signal n as 128 + n. */
const KILLED = 137
const ABORTED = 134

/** Why an engine ended before its job was done, as an internal error of one sentence. */
export function engineExitError(exit: EngineExit): EngineDiedError {
  const cause = exit.tail.length === 0 ? {} : { cause: new Error(exit.tail.join('\n')) }
  return new EngineDiedError('internal', sentence(exit), cause)
}

function sentence({ code, signal, tail }: EngineExit): string {
  const printed = tail.join('\n')
  if (/JavaScript heap out of memory|Reached heap limit/.test(printed)) {
    return (
      "the engine ran out of JavaScript's memory; give it more (NODE_OPTIONS=--max-old-space-size=8192) " +
      'or smaller images'
    )
  }
  if (/bad_alloc|OOM when allocating|RESOURCE_EXHAUSTED/.test(printed)) {
    return 'the engine ran out of memory; close other programs, or give it smaller images or batches'
  }
  if (signal === 'SIGKILL' || code === KILLED) {
    return (
      'the engine was killed from outside, most likely because the memory ran out; ' +
      'close other programs, or give it smaller images or batches'
    )
  }
  const last = tail.findLast((line) => line.trim() !== '')?.trim()
  const hint = last === undefined ? '' : ` (${last.slice(0, 200)})`
  if (signal !== null || code === ABORTED) {
    return `the engine crashed with ${signal ?? 'SIGABRT'}${hint}; ${MORE}, or on another --runtime`
  }
  return `the engine ended with code ${code ?? 'unknown'} before its job was done${hint}; ${MORE}`
}
