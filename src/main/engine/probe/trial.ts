import type { AvailableRuntime, NumericCheck } from '../../../shared/doctor'
import type { RuntimeInfo } from '../../../shared/runtime'

/** A runtime that was loaded and computed a little, whether right or wrong. */
export interface Trial {
  info: RuntimeInfo
  software: boolean
  checks: NumericCheck[]
  measureSpeed(): Promise<Pick<AvailableRuntime, 'gmacsPerSecond' | 'gaccsPerSecond'>>
}

/** The first check whose error is too large (or not a number); null where all pass. */
export function firstFailure(checks: readonly NumericCheck[]): NumericCheck | null {
  return checks.find(({ error, tolerance }) => !(error <= tolerance)) ?? null
}

/** Values of both signs that are the same in every run. */
export function waves(shape: readonly number[], seed: number): Float32Array {
  const length = shape.reduce((product, size) => product * size, 1)
  return Float32Array.from({ length }, (_, i) => Math.sin(seed * 7.1 + i * (2.3 + seed / 10)))
}

/** The largest error relative to the largest value expected; what is not a number is as wrong as can be. */
export function relativeError(actual: readonly number[], expected: ArrayLike<number>): number {
  if (actual.length !== expected.length) return Number.MAX_VALUE
  let error = 0
  let scale = 0
  for (const [i, value] of actual.entries()) {
    if (!Number.isFinite(value)) return Number.MAX_VALUE
    error = Math.max(error, Math.abs(value - expected[i]!))
    scale = Math.max(scale, Math.abs(expected[i]!))
  }
  return error / Math.max(scale, 1e-6)
}
