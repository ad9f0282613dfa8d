import { HippospikeError } from '../../shared/errors'
import type { ConversionProblem } from '../../core/conversion/checks'

/** A problem of a conversion as a warning. */
export function describeProblem({ layer, message }: ConversionProblem): string {
  return layer === null ? message : `layer ${layer}: ${message}`
}

/** @throws HippospikeError (input) for the first problem that keeps a model from being converted */
export function refuseErrors(id: string, problems: readonly ConversionProblem[]): void {
  const errors = problems.filter(({ severity }) => severity === 'error')
  if (errors.length === 0) return
  const rest = errors.length > 1 ? ` (and ${errors.length - 1} more)` : ''
  throw new HippospikeError(
    'input',
    `model ${id} cannot be converted: ${describeProblem(errors[0]!)}${rest}`
  )
}
