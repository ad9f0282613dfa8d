/**
 * Why a use case ended without its result. Each kind maps to one exit code of the command line
 * (see {@link exitCodeOf}); the message is one line that says what was received and what to do.
 */
export type FailureKind = 'internal' | 'usage' | 'input' | 'output' | 'cancelled'

export class HippospikeError extends Error {
  override readonly name = 'HippospikeError'

  constructor(
    readonly kind: FailureKind,
    message: string,
    options?: ErrorOptions
  ) {
    super(message, options)
  }
}

const EXIT_CODES: Readonly<Record<FailureKind, number>> = {
  internal: 1,
  usage: 2,
  input: 3,
  output: 4,
  cancelled: 130
}

/** The exit code of the command line for a failure kind; 0 is reserved for success. */
export function exitCodeOf(kind: FailureKind): number {
  return EXIT_CODES[kind]
}

/** Any thrown value as a HippospikeError; what is not one already is an internal error. */
export function toHippospikeError(thrown: unknown): HippospikeError {
  if (thrown instanceof HippospikeError) return thrown
  const message = thrown instanceof Error ? thrown.message : String(thrown)
  return new HippospikeError('internal', message, { cause: thrown })
}
