import type { z } from 'zod'
import { HippospikeError } from '../../../shared/errors'
import type { RuntimeInfo } from '../../../shared/runtime'
import type { ForcedRuntime } from '../runtimes/forced'

/** What a running job has of its host. */
export interface JobContext {
  /**
   * Tells the host how far the job is.
   *
   * @param stage stable name of the part of the job
   * @param fraction of the stage that is done, 0 to 1; null where that is unknown
   * @param message for people
   * @param data for the window: numbers of a training step, say
   */
  progress(
    stage: string,
    fraction: number | null,
    message: string,
    data?: Record<string, unknown>
  ): void
  readonly signal: AbortSignal
  /** The runtime that the user insists on; null for the best one. */
  readonly forced: ForcedRuntime | null
  /**
   * Loads TensorFlow on the first call. A job that refuses its input before that fails fast.
   *
   * @throws HippospikeError (usage) where the forced runtime cannot be had, or is not one of TensorFlow; (cancelled)
   */
  denseRuntime(): Promise<RuntimeInfo>
  warn(message: string): void
}

/** One thing the engine can do. */
export interface Job<Req, Res> {
  readonly kind: string
  readonly request: z.ZodType<Req>
  run(request: Req, context: JobContext): Promise<Res>
}

/** A job whose types the engine need not know: it takes any message and checks it itself. */
export interface RunnableJob {
  readonly kind: string
  run(request: unknown, context: JobContext): Promise<unknown>
}

/** @throws HippospikeError (cancelled) once the host has asked for it */
export function throwIfCancelled(context: Pick<JobContext, 'signal'>): void {
  if (context.signal.aborted) throw new HippospikeError('cancelled', 'cancelled')
}

/**
 * Lets the engine read its messages, then throws if one of them was a cancel.
 *
 * The native runtime computes in the calling thread and resolves its promises at once, so that a loop of `await`s alone never
 * hears a cancel, nor that the host has gone: call this once a step.
 *
 * @throws HippospikeError (cancelled)
 */
export async function yieldToHost(context: Pick<JobContext, 'signal'>): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve))
  throwIfCancelled(context)
}
