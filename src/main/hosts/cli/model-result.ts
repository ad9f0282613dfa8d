import type { ModelResult } from '../../../shared/jobs'
import { decimals, fields } from './output'
import { duration } from './progress'

/** A written model for people: what it is, how good, where. */
export function describeModelResult(result: ModelResult): string {
  const { validation } = result
  const dice =
    validation === null
      ? null
      : (['anterior', 'posterior', 'whole'] as const)
          .map((name) => `${name} ${decimals(validation[name], 3)}`)
          .join(', ')
  return fields([
    ['model', `${result.model} (${result.stage}), on ${result.runtime}`],
    ['validation Dice', dice],
    ['time', duration(result.seconds)],
    ['folder', result.out]
  ])
}
