import type { DenseRuntime, RuntimeInfo } from '../../../shared/runtime'

export interface LoadedRuntime {
  info: RuntimeInfo
  /** A GPU interface that computes on the processor (SwiftShader, llvmpipe): correct, and slower than `native`. */
  software: boolean
}

/** One way to run TensorFlow.js. */
export interface RuntimeLoader {
  readonly runtime: DenseRuntime
  /**
   * Makes TensorFlow.js compute on this runtime in this process. A process loads one runtime in its life: TensorFlow's
   * registries are global.
   *
   * @throws RuntimeUnavailable
   */
  load(): Promise<LoadedRuntime>
}

/** Why a runtime cannot be had here, and what the user can do about it. */
export class RuntimeUnavailable extends Error {
  override readonly name = 'RuntimeUnavailable'

  constructor(
    readonly reason: string,
    readonly advice: string,
    options?: ErrorOptions
  ) {
    super(`${reason}; ${advice}`, options)
  }
}

/** The first line of whatever was thrown: the rest is stack and hints of other packages. */
export function firstLine(thrown: unknown): string {
  const message = thrown instanceof Error ? thrown.message : String(thrown)
  return message.trim().split('\n')[0]!.trim()
}
