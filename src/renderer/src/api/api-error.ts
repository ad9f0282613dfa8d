import type { FailureKind } from '../../../shared/errors'

/**
 * What an {@link ApiError} can be: a failure the host told about, `unreachable` where no answer came at all, or `answer` where
 * one came that does not fit the contract.
 */
export type ApiErrorKind = FailureKind | 'unreachable' | 'answer'

/** Why a call of the app's handler did not give what it was asked for. The message is one line for the user. */
export class ApiError extends Error {
  override readonly name = 'ApiError'

  constructor(
    readonly kind: ApiErrorKind,
    message: string,
    /** Of the HTTP answer; null where none came. */
    readonly status: number | null = null,
    options?: ErrorOptions
  ) {
    super(message, options)
  }
}

/** One line for the user from anything thrown. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown)
}

/** Whether a call was given up by its caller, which is nothing to tell the user. */
export function isCancelled(thrown: unknown): boolean {
  return thrown instanceof ApiError && thrown.kind === 'cancelled'
}
